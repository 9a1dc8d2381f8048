//! A table for LaTeX, with the rules of the package booktabs.

use super::table::{Figure, Kind, Table, plain};

/// The table, the best figures in bold. What it shows stands before it as a comment: its caption is
/// the paper's own.
pub(super) fn latex(table: &Table) -> String {
    let heading = ["Codec".to_owned()].into_iter().chain(table.columns.iter().map(|c| escape(&c.name)));
    let row = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
    let mut out = format!("% {}\n% The preamble needs \\usepackage{{booktabs}}.\n", plain(&table.caption));
    out += &format!("\\begin{{tabular}}{{l{}}}\n\\toprule\n", "r".repeat(table.columns.len()));
    out += &row(heading.collect());
    out += "\\midrule\n";
    for (name, figures) in &table.rows {
        let cells = table.cells(figures, cell).into_iter().map(|c| if c == "-" { "--".to_owned() } else { c });
        out += &row([escape(name)].into_iter().chain(cells).collect());
    }
    out + "\\bottomrule\n\\end{tabular}\n"
}

fn cell(kind: Kind, figure: &Figure, best: bool) -> String {
    let text = kind.text(figure.value);
    let value = if best { format!("$\\mathbf{{{text}}}$") } else { format!("${text}$") };
    let interval = |(lo, hi)| format!(" [${}$, ${}$]", kind.text(lo), kind.text(hi));
    value + &figure.interval.map_or(String::new(), interval)
}

/// Text that LaTeX sets as it is. Letters outside of ASCII stay: which of them there are is a
/// matter of the paper's fonts.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in plain(text).chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            // An argument in brackets, or a star, may follow the end of a row.
            '[' | ']' | '*' => out.extend(['{', c, '}']),
            // Two of them are one sign of another kind.
            '-' | '\'' | ',' | '!' | '?' if out.ends_with(c) => out.extend(['{', '}', c]),
            '`' => out += "\\textasciigrave{}",
            '"' => out += "\\texttt{\\char34}",
            '\u{2212}' => out += "$-$",
            '\\' => out += "\\textbackslash{}",
            '^' => out += "\\textasciicircum{}",
            '~' => out += "\\textasciitilde{}",
            '<' => out += "\\textless{}",
            '>' => out += "\\textgreater{}",
            '|' => out += "\\textbar{}",
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::{env, fs};

    use super::*;
    use crate::rd::paper::table::Column;

    /// Every sign that LaTeX takes for something else.
    const HOSTILE: &str = r##"[a]*b & 50% $x_1^2 #{c}~\d "e" <f>|`g' --- −ln \end{tabular}"##;

    fn table() -> Table {
        let column = |name: &str, kind| Column { key: "k".to_owned(), name: name.to_owned(), kind };
        let figure = Figure { value: -12.345, pictures: 24, interval: Some((-14.0, 1.5)), p: None };
        Table {
            caption: "BD-rate in %\nagainst \\x".to_owned(),
            columns: vec![column("n", Kind::Count), column(HOSTILE, Kind::Rate), column("encode", Kind::Times)],
            rows: vec![
                (HOSTILE.to_owned(), vec![Some(Figure::plain(24.0, 24)), Some(figure), None]),
                ("avif_s6".to_owned(), vec![None, Some(Figure::plain(0.0, 24)), Some(Figure::plain(1.5, 24))]),
            ],
        }
    }

    #[test]
    fn a_table_has_the_rules_of_booktabs_and_figures_in_mathematics() {
        let text = latex(&table());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "% BD-rate in % against \\x",
                "% The preamble needs \\usepackage{booktabs}.",
                "\\begin{tabular}{lrrr}",
                "\\toprule",
            ]
        );
        assert!(lines[6].ends_with(r"& $24$ & $\mathbf{-12.35}$ [$-14.00$, $+1.50$] & -- \\"), "{text}");
        assert_eq!(lines[7], r"avif\_s6 & -- & $0.00$ & $1.50$ \\");
        assert_eq!(lines[8..], ["\\bottomrule", "\\end{tabular}"]);
    }

    #[test]
    fn names_are_set_as_they_are() {
        assert_eq!(escape("a_b%c&d#e$f{g}"), r"a\_b\%c\&d\#e\$f\{g\}");
        assert_eq!(escape("~^\\"), r"\textasciitilde{}\textasciicircum{}\textbackslash{}");
        assert_eq!(escape("[x]*"), "{[}x{]}{*}");
        assert_eq!(escape("a--b"), "a-{}-b");
        assert_eq!(escape("two\nlines\t\u{e9}"), "two lines \u{e9}");
    }

    #[test]
    fn latex_sets_names_with_any_signs() {
        let paths = env::var_os("PATH").unwrap_or_default();
        if !env::split_paths(&paths).any(|folder| folder.join("pdflatex").is_file()) {
            eprintln!("SKIPPED: no pdflatex on the PATH");
            return;
        }
        let folder = env::temp_dir().join(format!("kvant-latex-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "\\documentclass{{article}}\\usepackage{{booktabs}}\n\\begin{{document}}\n{}\\end{{document}}\n",
            latex(&table())
        );
        fs::write(folder.join("t.tex"), text).unwrap();
        let mut command = Command::new("pdflatex");
        command.args(["-interaction=nonstopmode", "-halt-on-error", "t.tex"]).current_dir(&folder);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        fs::remove_dir_all(&folder).unwrap();
        // Of what it has no sign for, it would tell in a line of its own.
        if log.contains("booktabs.sty' not found") {
            eprintln!("SKIPPED: no booktabs");
            return;
        }
        assert!(output.status.success() && !log.contains("Missing character"), "{log}");
    }
}
