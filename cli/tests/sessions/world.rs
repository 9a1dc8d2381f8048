//! A folder of its own for each test, pictures to put into it, and the command to run there.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder that is empty when a test begins.
pub(crate) struct Folder(PathBuf);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(o: Output) -> Self {
        let stderr = String::from_utf8(o.stderr).expect("standard error is text");
        Self { code: o.status.code().unwrap_or(-1), stdout: o.stdout, stderr }
    }
}

impl Ended {
    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is text")
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }

    /// Checks that all went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32) {
        assert_eq!(self.code, code, "{self:?}");
    }

    /// Checks the exit code, and that one line on standard error holds each of `words`.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "not one line: {:?}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in {:?}", self.stderr);
        }
        self
    }
}

impl Folder {
    /// The folder of the test `name`.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sessions").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn write(&self, name: &str, data: &[u8]) {
        fs::write(self.path(name), data).unwrap();
    }

    /// The names of all files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    }

    /// The file by which the runs of this folder know of each other.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.with_extension("lock")
    }

    /// The command, to be run in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kvant"));
        command.args(args).current_dir(&self.0).env_remove("KVANT_CPU").stdin(Stdio::null());
        // Other tests would keep a run from measuring times.
        command.env("KVANT_RD_LOCK", self.lock());
        command
    }

    /// Runs `kvant` with `args`.
    pub(crate) fn kvant(&self, args: &[&str]) -> Ended {
        self.command(args).output().expect("the command runs").into()
    }

    /// Runs `kvant` with `input` on standard input.
    pub(crate) fn kvant_with(&self, args: &[&str], input: &[u8]) -> Ended {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command runs");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A command that ends before it has read everything is not a fault of the test.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output.into()
    }
}

/// A colour picture with edges, a gradient and texture, as a PPM file.
pub(crate) fn colour_ppm(width: u32, height: u32) -> Vec<u8> {
    let mut file = format!("P6\n{width} {height}\n255\n").into_bytes();
    for y in 0..height {
        for x in 0..width {
            let texture = (x * 7 + y * 13) % 23;
            let disc = if (x as i32 - 30).pow(2) + (y as i32 - 25).pow(2) < 300 { 90 } else { 0 };
            file.extend([
                (x * 160 / width + texture + disc) as u8,
                (y * 200 / height + texture) as u8,
                60 + disc as u8,
            ]);
        }
    }
    file
}

/// The same in gray, as a PGM file.
pub(crate) fn gray_pgm(width: u32, height: u32) -> Vec<u8> {
    let mut file = format!("P5\n{width} {height}\n255\n").into_bytes();
    file.extend((0..height).flat_map(|y| (0..width).map(move |x| ((x * 3 + y * 2 + (x * y) % 11) % 256) as u8)));
    file
}
