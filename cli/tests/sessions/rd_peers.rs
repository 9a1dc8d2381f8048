//! Runs with programs outside, among them such as misbehave.

use std::collections::BTreeMap;

use crate::world::{Folder, colour_ppm};

/// A codec that copies pictures; `script` runs in the shell before it encodes, with the quality as
/// `$q`.
fn copying(script: &str, more: &str) -> String {
    format!(
        "[copy]\nencode = [\"sh\", \"-c\", 'q=$2; {script}; cp $0 $1', \"{{in}}\", \"{{out}}\", \"{{q}}\"]\n\
         decode = [\"cp\", \"{{in}}\", \"{{out}}\"]\nversion = [\"echo\", \"copy 1.0\"]\n\
         extension = \"ppm\"\ninput = \"ppm\"\noutput = \"ppm\"\n\
         qualities = [10, 20, 30, 40, 50]\nrange = [0, 100]\n{more}\n"
    )
}

const RUN: [&str; 9] = ["rd", "run", "--no-report", "-i", "set", "-c", "copy", "--peers", "my.toml"];

/// A folder with the pictures `set/*.ppm` and the peer of [`copying`].
fn with_peer(name: &str, pictures: &[&str], script: &str, more: &str) -> Folder {
    let f = Folder::new(name);
    std::fs::create_dir(f.path("set")).unwrap();
    for (picture, height) in pictures.iter().zip(16..) {
        f.write(&format!("set/{picture}.ppm"), &colour_ppm(24, height));
    }
    f.write("my.toml", copying(script, more).as_bytes());
    f
}

/// The problems in the record of the run in `out`.
fn problems(f: &Folder) -> Vec<String> {
    let record: serde_json::Value = serde_json::from_slice(&f.read("out/run.json")).unwrap();
    record["problems"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned()).collect()
}

/// The rows of the run in `out`, fields by column.
fn rows(f: &Folder) -> Vec<BTreeMap<String, String>> {
    let text = String::from_utf8(f.read("out/results.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let columns: Vec<_> = lines.next().unwrap().collect();
    lines.map(|fields| columns.iter().cloned().zip(fields).collect()).collect()
}

#[test]
fn a_failure_names_its_step_and_shows_what_the_program_said_last() {
    let f = with_peer("rd-peer-said", &["one"], "seq 11 19 >&2; [ $q = 20 ] && exit 3", "");
    let table = String::from_utf8(f.read("my.toml")).unwrap();
    let args = [&RUN[..], &["-q", "20", "-o", "out"]].concat();
    let said = f.kvant(&args);
    assert_eq!(said.code, 1, "{said:?}");
    let line = "kvant: copy set/one.ppm at quality 20: encode: sh failed (exit status: 3): 19";
    let block = [line, "15", "16", "17", "18", "19"].join("\n    ");
    assert!(said.stderr.contains(&format!("{block}\n")) && !said.stderr.contains("    14"), "{}", said.stderr);
    assert_eq!(problems(&f), [line.strip_prefix("kvant: ").unwrap()]);

    let decode = "decode = [\"sh\", \"-c\", \"echo this way up >&2; exit 4\",";
    f.write("my.toml", table.replace("= 20 ]", "= 0 ]").replace("decode = [\"cp\",", decode).as_bytes());
    let said = f.kvant(&args);
    let line = "copy set/one.ppm at quality 20: decode: sh failed (exit status: 4): this way up";
    assert!(said.stderr.contains(line) && said.stderr.matches("this way up").count() == 1, "{}", said.stderr);
    assert_eq!(problems(&f), [line]);
}

#[test]
fn a_peer_that_fails_on_two_pictures_in_a_row_is_given_up_on_and_the_others_go_on() {
    let pictures = ["a", "b", "c", "d"];
    let f = with_peer("rd-peer-given-up", &pictures, "echo $q >> tried; exit 3", "");
    let args = [&RUN[..], &["-c", "kvant:e1", "-q", "10,20,30,40,50", "--metrics", "psnr", "-o", "out"]].concat();
    let said = f.kvant(&args);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.stderr.matches("encode: sh failed").count(), 6, "{}", said.stderr);
    let line = "copy is given up on after 6 failures in a row; left out: 14";
    assert_eq!(said.stderr.matches(line).count(), 1, "{}", said.stderr);
    assert!(problems(&f).contains(&line.to_owned()));
    assert_eq!(f.read("tried").split(|&b| b == b'\n').count(), 6 + 1);
    let codecs: Vec<_> = rows(&f).iter().map(|row| row["codec"].clone()).collect();
    assert_eq!(codecs, ["kvant:e1"; 20]);
}

#[test]
fn a_success_makes_up_for_failures_before() {
    // Two of five fail, and those follow each other.
    let f = with_peer("rd-peer-resumes", &["a", "b", "c"], "[ $q -le 20 ] && exit 3", "");
    let said = f.kvant(&[&RUN[..], &["--metrics", "psnr", "-o", "out"]].concat());
    assert_eq!((said.code, problems(&f).len(), rows(&f).len()), (1, 6, 9), "{said:?}");
    assert!(!said.stderr.contains("given up"), "{}", said.stderr);
}

#[test]
fn a_peer_that_tells_no_time_loses_its_times_alone() {
    let f = with_peer("rd-peer-untimed", &["a", "b"], "echo kvant-seconds: soon", "timing = \"call\"");
    let args = [&RUN[..], &["--metrics", "psnr", "-o", "out"]].concat();
    let said = f.kvant(&args).ok();
    assert_eq!(said.stderr.matches("copy tells no time of its call").count(), 1, "{}", said.stderr);
    let rows = rows(&f);
    assert!(rows.len() == 10 && rows.iter().all(|r| r["enc_s"].is_empty() && r["timing"] == "call"), "{rows:?}");
    assert!(problems(&f).is_empty());
    let said = f.kvant(&args).ok();
    assert!(said.stderr.contains("10 of 10 measurements are there already"), "{}", said.stderr);
}

#[test]
fn a_peer_of_whole_qualities_is_given_whole_numbers() {
    let f = with_peer("rd-peer-whole", &["one"], "echo $q >> tried", "whole = true");
    let said = f.kvant(&[&RUN[..], &["-q", "1..2/4", "--metrics", "psnr", "-o", "out"]].concat()).ok();
    assert!(said.stderr.contains("copy: qualities are whole numbers: 1.33 became 1, 1.67 became 2"), "{said:?}");
    assert_eq!(f.read("tried"), b"2\n1\n");
}

/// Whether a peer stores alpha is for its table to say.
#[test]
fn a_peer_that_stores_alpha_gets_it_and_another_gets_three_pictures() {
    let f = with_peer("rd-peer-alpha", &[], "echo x >> tried", "");
    let clear = image::RgbaImage::from_fn(24, 16, |x, y| image::Rgba([90, 200, (x * 9) as u8, (y * 16) as u8]));
    clear.save(f.path("set/clear.png")).unwrap();
    let table = String::from_utf8(f.read("my.toml")).unwrap().replace("\"ppm\"", "\"png\"");
    let args = [&RUN[..], &["-q", "20", "-o", "out"]].concat();
    for (alpha, laid, tries) in [("alpha = true", "", 1), ("alpha = false", "laid", 4), ("", "laid", 4)] {
        f.write("my.toml", format!("{table}{alpha}\n").as_bytes());
        f.kvant(&args).ok();
        let rows = rows(&f);
        assert_eq!((rows.len(), rows[0]["alpha"].as_str(), rows[0]["psnr_y"].as_str()), (1, laid, "inf"), "{alpha}");
        assert_eq!(f.read("tried").split(|&b| b == b'\n').count(), tries + 1, "{alpha}");
    }
}

/// Processes of a program's that go on without it.
#[cfg(target_os = "linux")]
mod children {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::{Folder, RUN, with_peer};

    /// Starts a child, and tells its number and the program's own.
    const CHILD: &str = "sleep 1000 & echo $! $$ > numbers.new; mv numbers.new numbers";

    /// Waits until what `found` gives is so.
    fn wait_until(what: &str, found: impl Fn() -> bool) {
        let start = Instant::now();
        while !found() {
            assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Checks that all whose numbers the peer has told die.
    fn assert_gone(f: &Folder) {
        let numbers = String::from_utf8(f.read("numbers")).unwrap();
        assert_eq!(numbers.split_whitespace().count(), 2, "{numbers}");
        for number in numbers.split_whitespace() {
            // One that has died may wait for somebody to ask how.
            let is_gone = || match std::fs::read_to_string(format!("/proc/{number}/stat")) {
                Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
                Err(_) => true,
            };
            wait_until(&format!("{number} dies"), is_gone);
        }
    }

    #[test]
    fn a_peer_that_ends_or_runs_out_of_time_leaves_no_process() {
        for (name, end, timeout, code) in
            [("rd-children-end", ":", "timeout = 600", 0), ("rd-children-timeout", "sleep 1000", "timeout = 3", 1)]
        {
            let f = with_peer(name, &["one"], &format!("{CHILD}; {end}"), timeout);
            let said = f.kvant(&[&RUN[..], &["-q", "10", "-o", "out"]].concat());
            assert_eq!(said.code, code, "{said:?}");
            assert_gone(&f);
        }
    }

    /// The signal is for `kvant` alone, and not for its programs as one from a terminal would be.
    #[test]
    fn an_interrupt_leaves_neither_process_nor_folder() {
        for signal in ["-INT", "-TERM"] {
            let f = with_peer(&format!("rd-children{signal}"), &["one", "two"], &format!("{CHILD}; sleep 1000"), "");
            std::fs::create_dir(f.path("tmp")).unwrap();
            let mut command = f.command(&[&RUN[..], &["-j", "2", "-q", "10", "-o", "out"]].concat());
            command.env("TMPDIR", f.path("tmp")).stdout(Stdio::null()).stderr(Stdio::piped());
            let child = command.spawn().unwrap();
            wait_until("a program runs", || f.path("numbers").exists());
            assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
            let ended = child.wait_with_output().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(130), "{said}");
            assert!(!said.contains("signal"), "that programs were killed is no problem of theirs: {said}");
            assert_gone(&f);
            assert_eq!(std::fs::read_dir(f.path("tmp")).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_by_the_next() {
        let f = with_peer("rd-children-killed", &["one"], &format!("{CHILD}; sleep 1000"), "timeout = 600");
        std::fs::create_dir(f.path("tmp")).unwrap();
        let args = [&RUN[..], &["-q", "10", "-o", "out"]].concat();
        let start = || {
            let mut command = f.command(&args);
            command.env("TMPDIR", f.path("tmp")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let mut killed = start();
        wait_until("a program runs", || f.path("numbers").exists());
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert_eq!(std::fs::read_dir(f.path("tmp")).unwrap().count(), 1);
        // As if it had been writing results.
        for place in ["out", "out/peers"] {
            f.write(&format!("{place}/.kvant-{}-7.tmp", killed.id()), b"codec,ima");
        }
        for number in String::from_utf8(f.read("numbers")).unwrap().split_whitespace() {
            let _ = Command::new("kill").args(["-9", number]).status();
        }
        f.write("my.toml", super::copying(":", "").as_bytes());
        let mut next = start();
        assert_eq!(next.wait().unwrap().code(), Some(0));
        assert_eq!(std::fs::read_dir(f.path("tmp")).unwrap().count(), 0);
        for place in ["out", "out/peers"] {
            let names = std::fs::read_dir(f.path(place)).unwrap().map(|e| e.unwrap().file_name());
            assert!(names.into_iter().all(|name| !name.to_str().unwrap().ends_with(".tmp")), "{place}");
        }
    }
}
