//! Running a program to its end: bounded in time, its output drained so that it cannot block, an
//! error in one line and what the program said last.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::fault::{Fault, Outcome};
use crate::base::children::Program;
use crate::base::names::{shown, visible};

/// How much of each output is kept: its end, in bytes.
const KEPT: usize = 1 << 16;
/// How long after a program's end its output may stay open, by processes that left its group.
const GRACE: Duration = Duration::from_secs(1);

/// How many of the last lines of standard error are shown, and how much of each.
const LINES: usize = 5;
const LINE: usize = 300;

/// What a program that ended well has left.
#[derive(Debug)]
pub(crate) struct Finished {
    /// From before its start to its end.
    pub(crate) seconds: f64,
    /// The end of its standard output.
    pub(crate) stdout: String,
    /// The end of its standard error.
    pub(crate) stderr: String,
}

/// Runs `command`, the program first, for no longer than `timeout`. The program is killed after
/// that. Processes that it started are killed in any case.
///
/// # Errors
/// The program, and why it did not start or how it ended, with the last line that it said.
pub(crate) fn run(command: &[OsString], timeout: Duration) -> Outcome<Finished> {
    let fault = |line: String| Fault::new(line, Vec::new());
    let (program, arguments) = command.split_first().ok_or_else(|| fault("no program to run".to_owned()))?;
    let name = short_name(program);
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Program::start(&mut command).map_err(|e| fault(format!("cannot start {name}: {e}")))?;
    let (stdout, stderr) = (running.0.stdout.take().map(Drain::start), running.0.stderr.take().map(Drain::start));
    let status = running.wait(timeout).map_err(|e| fault(format!("{name}: cannot wait for it: {e}")))?;
    let seconds = start.elapsed().as_secs_f64();
    // What it has left behind may hold its outputs open.
    drop(running);
    let [stdout, stderr] = [stdout, stderr].map(|drain| drain.map_or(String::new(), Drain::text));
    let Some(status) = status else {
        let line = format!("{name} was stopped after its timeout of {} s", timeout.as_secs_f64());
        return Err(Fault::new(line, last_lines(&stderr)));
    };
    if status.success() {
        return Ok(Finished { seconds, stdout, stderr });
    }
    let mut said = last_lines(&stderr);
    let line = match said.last() {
        Some(last) => format!("{name} failed ({status}): {last}"),
        None => format!("{name} failed ({status}) and said nothing"),
    };
    if said.len() == 1 {
        said.clear();
    }
    Err(Fault::new(line, said))
}

/// The last lines of a text that are not blank, the last one last, as people may see them.
pub(crate) fn last_lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut last: Vec<_> = lines.rev().take(LINES).map(shortened).collect();
    last.reverse();
    last
}

fn shortened(line: &str) -> String {
    let mut chars = line.chars();
    let mut text = visible(&chars.by_ref().take(LINE).collect::<String>());
    if chars.next().is_some() {
        text.push('\u{2026}');
    }
    text
}

/// The file that the name of a program stands for, as the system will look for it.
pub(crate) fn find_program(program: &OsStr) -> Option<PathBuf> {
    let is_path = Path::new(program).components().count() > 1;
    let folders: Vec<_> = match env::var_os("PATH") {
        Some(path) if !is_path => env::split_paths(&path).collect(),
        _ => vec![PathBuf::new()],
    };
    let mut name = program.to_owned();
    name.push(env::consts::EXE_SUFFIX);
    folders.iter().flat_map(|f| [f.join(program), f.join(&name)]).find(|p| p.is_file())
}

/// What messages call a program.
pub(crate) fn short_name(program: &OsStr) -> String {
    shown(Path::new(program).file_name().unwrap_or(program))
}

/// A thread that reads an output to its end.
struct Drain {
    kept: Arc<Mutex<Vec<u8>>>,
    /// Hangs up at the end.
    open: Receiver<()>,
}

impl Drain {
    fn start(mut output: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (sender, open) = channel();
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            let _hangs_up_when_dropped = sender;
            let mut buffer = [0; 1 << 13];
            while let Ok(n @ 1..) = output.read(&mut buffer) {
                let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..n]);
                if kept.len() > 2 * KEPT {
                    let surplus = kept.len() - KEPT;
                    kept.drain(..surplus);
                }
            }
        });
        Self { kept, open }
    }

    fn text(self) -> String {
        let _ = self.open.recv_timeout(GRACE);
        String::from_utf8_lossy(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::base::output::TemporaryFolder;

    fn sh(script: &str, seconds: f64) -> Outcome<Finished> {
        run(&["sh", "-c", script].map(OsString::from), Duration::from_secs_f64(seconds))
    }

    #[test]
    fn both_outputs_and_the_time_come_back() {
        let ended = sh("echo one; echo two >&2; sleep 0.2", 60.0).unwrap();
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("one\n", "two\n"));
        assert!(ended.seconds >= 0.2);
    }

    #[test]
    fn failures_tell_the_code_or_signal_and_the_last_words() {
        let error = sh("echo first >&2; echo last words >&2; echo >&2; exit 7", 60.0).unwrap_err();
        assert_eq!(error.said, ["first", "last words"]);
        let error = error.to_string();
        assert!(error.contains("sh failed") && error.contains('7') && error.ends_with("last words"), "{error}");
        let error = sh("kill -9 $$", 60.0).unwrap_err().to_string();
        assert!(error.contains("signal") && error.contains('9'), "{error}");
        let error = run(&["no-such-program-here".into()], Duration::from_secs(1)).unwrap_err().to_string();
        assert!(error.starts_with("cannot start no-such-program-here"), "{error}");
    }

    #[test]
    fn of_what_was_said_the_last_lines_are_kept_and_steer_no_terminal() {
        let error = sh("seq 1 9 >&2; echo; printf '  a\\033[31m\\tb\\n' >&2; exit 1", 60.0).unwrap_err();
        assert_eq!(error.said, ["6", "7", "8", "9", "  a\\u{1b}[31m\\tb"]);
        // What is in the line already is not said again.
        assert_eq!(sh("echo alone >&2; exit 1", 60.0).unwrap_err().said, [""; 0]);
        let error = sh("head -c 100000 /dev/zero | tr '\\0' 'x' >&2; exit 1", 60.0).unwrap_err().to_string();
        assert!(error.len() < 400 && error.ends_with("xxx\u{2026}"), "{error}");
    }

    #[test]
    fn a_timeout_kills() {
        let start = Instant::now();
        let error = sh("exec sleep 60", 0.3).unwrap_err().to_string();
        assert!(error.contains("timeout of 0.3 s"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    /// A pipe holds 64 KiB; nobody reads it where output is not drained.
    #[test]
    fn talkative_programs_do_not_block() {
        let script = "head -c 4000000 /dev/zero | tr '\\0' 'x' >&2; head -c 4000000 /dev/zero; echo; echo end";
        let ended = sh(script, 60.0).unwrap();
        assert!(ended.stdout.ends_with("\nend\n") && ended.stderr.ends_with('x'));
        assert!(ended.stdout.len() <= 2 * KEPT && ended.stderr.len() <= 2 * KEPT);
    }

    /// Of the processes whose numbers are in `file`, those that live.
    fn living(file: &Path) -> Vec<i32> {
        use rustix::process::{Pid, test_kill_process};
        let text = std::fs::read_to_string(file).unwrap();
        let all = text.split_whitespace().map(|number| number.parse::<i32>().unwrap());
        // A killed process that nobody has waited for is there as a zombie.
        let is_zombie = |number: i32| {
            let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
        };
        all.filter(|&n| test_kill_process(Pid::from_raw(n).unwrap()).is_ok() && !is_zombie(n)).collect()
    }

    #[test]
    fn processes_left_behind_die_with_their_program_and_do_not_hold_the_result_back() {
        let folder = TemporaryFolder::new().unwrap();
        let file = folder.path().join("numbers");
        // A child and a grandchild, whose numbers are known before the program goes on.
        let children = format!(
            "f={}; sh -c 'sleep 1000 & echo $! >> $0; : > $0.ready; wait' $f & echo $! >> $f; \
             while [ ! -e $f.ready ]; do sleep 0.02; done",
            shown(&file)
        );
        for (end, timeout) in [("echo done", 60.0), ("exit 3", 60.0), ("exec sleep 1000", 5.0)] {
            let start = Instant::now();
            let ended = sh(&format!("{children}; {end}"), timeout);
            assert_eq!(ended.ok().map(|e| e.stdout), (end == "echo done").then(|| "done\n".to_owned()));
            // Dying takes a moment.
            while !living(&file).is_empty() {
                assert!(start.elapsed() < Duration::from_secs(60), "{:?} live after {end}", living(&file));
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    #[test]
    fn processes_that_leave_the_group_do_not_hold_the_result_back() {
        let start = Instant::now();
        assert_eq!(sh("echo done; setsid sleep 20 &", 60.0).unwrap().stdout, "done\n");
        assert!(start.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn programs_are_found_by_name_and_by_path() {
        let sh = find_program(OsStr::new("sh")).unwrap();
        assert!(sh.is_absolute());
        assert_eq!(find_program(sh.as_os_str()), Some(sh));
        assert_eq!(find_program(OsStr::new("no-such-program-here")), None);
    }
}
