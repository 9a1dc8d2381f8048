//! Pictures in a terminal, as far as there is a program that makes one: `script`.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use crate::world::{Folder, colour_ppm};

#[test]
fn without_a_terminal_nothing_is_drawn() {
    let f = Folder::new("view-pipe");
    f.write("a.ppm", &colour_ppm(20, 10));
    f.kvant(&["view", "a.ppm"]).fails(2, &["no terminal", "kvant decode"]);
    assert_eq!(f.kvant(&["view", "a.ppm", "--diff"]).code, 2);
}

/// What `kvant view` prints into a terminal, line by line; `None` where none can be made.
fn lines(f: &Folder, args: &str) -> Option<Vec<String>> {
    let line = format!("{} view {args} --width 20 --protocol blocks", env!("CARGO_BIN_EXE_kvant"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(f.path("")).stdin(Stdio::null());
    match command.output() {
        Ok(output) => {
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{text}");
            Some(text.lines().map(str::to_owned).collect())
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            println!("script is not installed: skipped");
            None
        }
        Err(e) => panic!("script: {e}"),
    }
}

#[test]
fn a_terminal_shows_one_picture_two_or_their_difference() {
    let f = Folder::new("view");
    f.write("a.ppm", &colour_ppm(40, 24));
    f.kvant(&["encode", "a.ppm", "-q", "10"]).ok();
    let Some(one) = lines(&f, "a.ppm") else { return };
    // 20 x 12 pixels, two rows a line.
    assert_eq!((one.len(), one[0].as_str()), (7, "a.ppm  40x24"));
    assert!(one[1..].iter().all(|line| line.matches('▀').count() == 20), "{one:?}");
    let two = lines(&f, "a.ppm a.kvt").unwrap();
    assert_eq!((two.len(), two[7].as_str()), (14, "a.kvt  40x24"));
    let black = |line: &String| line.matches("8;2;0;0;0m").count();
    let same = lines(&f, "a.ppm a.ppm --diff").unwrap();
    assert!(same.len() == 7 && same[1..].iter().all(|line| black(line) == 40), "{same:?}");
    let differ = lines(&f, "a.ppm a.kvt --diff=20").unwrap();
    assert!(differ[0].starts_with("a.ppm - a.kvt, 20 times"), "{differ:?}");
    assert!(differ[1..].iter().map(black).sum::<usize>() < 120, "{differ:?}");
}
