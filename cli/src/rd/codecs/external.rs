//! A peer that is a program, run once for each picture and direction.

use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::codec::{Codec, CodedPicture, DECODE, DecodedPicture, ENCODE, Timing};
use super::library::refuse_alpha;
use super::memory::told::Told;
use super::peers::{Peer, THREADS};
use super::spec::Spec;
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::output::TemporaryFolder;
use crate::pictures::{Loaded, OutputFormat, Picture, ReadOptions, read_picture, write_picture};
use crate::rd::programs::process::{self, Finished, find_program, last_lines, short_name};
use crate::rd::programs::version::{digest, own_files, version_of};
use crate::rd::programs::{Fault, Outcome, Template, Values, exchange_file};

/// How a program tells the seconds of its codec's call alone: a line of standard output that begins
/// so.
const SECONDS: &str = "kvant-seconds:";

/// A peer with its options.
#[derive(Clone)]
pub(super) struct External {
    name: String,
    version: String,
    peer: Peer,
    /// Where its programs' memory is to be told.
    told: Option<Told>,
    /// That its commands may take.
    threads: usize,
}

impl External {
    /// The peer with the options of `spec`; why it cannot run where the inner result is an error.
    ///
    /// # Errors
    /// [`CliError::Usage`] names an option that the peer does not have.
    pub(super) fn new(spec: &Spec, mut peer: Peer) -> Result<std::result::Result<Self, String>> {
        for (key, value) in &spec.options {
            let known = peer.options.keys().cloned().collect::<Vec<_>>().join(", ");
            match peer.options.get_mut(key) {
                Some(_) if value.is_empty() => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": option {key} needs a value")));
                }
                Some(option) => value.clone_into(option),
                None if known.is_empty() => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": no option {key}; there are none")));
                }
                None => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": no option {key}; there are {known}")));
                }
            }
        }
        Ok(version(&peer).map(|version| Self { name: spec.name().to_owned(), version, peer, told: None, threads: 1 }))
    }

    /// The same, whose programs' peak memory goes to `told`.
    pub(super) fn telling(self, told: Told) -> Self {
        Self { told: Some(told), ..self }
    }

    /// The same for one measurement of memory, and where each program's peak then is, in bytes.
    pub(super) fn alone(&self) -> (Self, Arc<AtomicU64>) {
        let (told, bytes) = self.told.as_ref().map(Told::alone).unzip();
        (Self { told, ..self.clone() }, bytes.unwrap_or_default())
    }

    /// Runs a command and gives what it has written to `path`, with the seconds that count: see
    /// [`Timing`].
    fn run(&self, template: &Template, values: Values<'_>, path: &Path) -> Outcome<(Vec<u8>, Option<f64>)> {
        let values = values.with("here", &self.peer.here).with(THREADS, self.threads.to_string());
        let values = with_options(values, &self.peer);
        let command = template.fill(&values);
        let command = self.told.as_ref().map_or(command.clone(), |told| told.command(command));
        let finished = process::run(&command, self.peer.timeout)?;
        if let Some(told) = &self.told {
            told.read(&finished.stdout);
        }
        let seconds = match self.peer.timing {
            Timing::Process => Some(finished.seconds),
            Timing::Call => told_seconds(&finished),
        };
        let fault = |what: &str| Fault::new(format!("{} {what}", self.program(template)), last_lines(&finished.stderr));
        match fs::read(path) {
            Ok(data) if data.is_empty() => Err(fault("wrote an empty file")),
            Ok(data) => Ok((data, seconds)),
            Err(_) => Err(fault("ended well but wrote no file")),
        }
    }

    fn program(&self, template: &Template) -> String {
        short_name(&program(template, &self.peer))
    }

    fn coded(&self, picture: &Picture, q: f64) -> Outcome<CodedPicture> {
        if !self.peer.alpha {
            refuse_alpha(picture)?;
        }
        let folder = TemporaryFolder::new()?;
        let input = folder.path().join("in").with_extension(self.peer.input.extension());
        let output = folder.path().join("out").with_extension(&self.peer.extension);
        let file = match self.peer.lossless {
            true => write_picture(picture, OutputFormat::from(self.peer.input))?,
            false if self.peer.depth > 8 => exchange_file(picture, self.peer.input)?,
            false => exchange_file(&picture.narrowed(), self.peer.input)?,
        };
        fs::write(&input, file).map_err(|e| CliError::writing(&input, &e))?;
        let values = Values::default().with("in", &input).with("out", &output).with("q", q.to_string());
        let (stream, seconds) = self.run(&self.peer.encode, values, &output)?;
        Ok(CodedPicture { stream, seconds, reconstruction: None })
    }

    fn decoded(&self, stream: &[u8]) -> Outcome<DecodedPicture> {
        let folder = TemporaryFolder::new()?;
        let input = folder.path().join("in").with_extension(&self.peer.extension);
        let output = folder.path().join("out").with_extension(self.peer.output.extension());
        fs::write(&input, stream).map_err(|e| CliError::writing(&input, &e))?;
        let values = Values::default().with("in", &input).with("out", &output);
        let (file, seconds) = self.run(&self.peer.decode, values, &output)?;
        let name = format!("the picture that {} decoded", self.program(&self.peer.decode));
        let picture = read_picture(&name, &file, &ReadOptions::default()).and_then(Loaded::upright)?;
        Ok(DecodedPicture { picture, seconds })
    }
}

/// What a program tells of the time of its codec's call alone.
fn told_seconds(finished: &Finished) -> Option<f64> {
    let told = finished.stdout.lines().rev().find_map(|line| line.trim().strip_prefix(SECONDS))?;
    told.trim().parse::<f64>().ok().filter(|s| s.is_finite() && *s >= 0.0)
}

impl Codec for External {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn settings(&self) -> String {
        let Peer { encode, decode, input, output, depth, alpha, lossless, .. } = &self.peer;
        // Where the files lie does not matter, but what is in them does.
        let commands =
            [encode, decode].map(|t| t.fill(&with_options(Values::default().with(THREADS, "1"), &self.peer)));
        let mut text = format!("{commands:?} {input:?} {output:?}");
        // All were of 8 bits once, and their points are still good.
        if *depth > 8 {
            text += &format!(" {depth}");
        }
        // Pictures without loss always had theirs.
        if alpha != lossless {
            text += if *alpha { " alpha" } else { " laid" };
        }
        for file in own_files(encode, &self.peer.here).chain(own_files(decode, &self.peer.here)) {
            text += &format!(" {}", digest(&file));
        }
        text
    }

    fn qualities(&self) -> &[f64] {
        &self.peer.qualities
    }

    fn quality_range(&self) -> RangeInclusive<f64> {
        self.peer.range[0]..=self.peer.range[1]
    }

    fn whole(&self) -> bool {
        self.peer.whole
    }

    fn lossless(&self) -> bool {
        self.peer.lossless
    }

    fn alpha(&self) -> bool {
        self.peer.alpha
    }

    fn timing(&self) -> Timing {
        self.peer.timing
    }

    fn extension(&self) -> &str {
        &self.peer.extension
    }

    fn on_threads(&self, threads: usize) -> Option<Arc<dyn Codec>> {
        // An option of that name is the user's.
        let takes = !self.peer.options.contains_key(THREADS)
            && [&self.peer.encode, &self.peer.decode].iter().any(|command| command.uses(THREADS));
        takes.then(|| Arc::new(Self { threads, ..self.clone() }) as Arc<dyn Codec>)
    }

    fn encode(&self, picture: &Picture, q: f64) -> Outcome<CodedPicture> {
        self.coded(picture, q).map_err(|e| e.in_step(ENCODE))
    }

    fn decode(&self, stream: &[u8]) -> Outcome<DecodedPicture> {
        self.decoded(stream).map_err(|e| e.in_step(DECODE))
    }
}

fn with_options<'a>(values: Values<'a>, peer: &'a Peer) -> Values<'a> {
    peer.options.iter().fold(values, |values, (key, value)| values.with(key, value))
}

/// The program that a command runs.
fn program(template: &Template, peer: &Peer) -> OsString {
    let values = with_options(Values::default().with("here", &peer.here), peer);
    template.fill(&values).swap_remove(0)
}

/// The version of a peer's program.
///
/// # Errors
/// Why it cannot run.
fn version(peer: &Peer) -> std::result::Result<String, String> {
    for template in [&peer.encode, &peer.decode] {
        let program = program(template, peer);
        find_program(&program).ok_or_else(|| format!("{} is not installed", shown(&program)))?;
    }
    let encoder = program(&peer.encode, peer);
    let command = peer.version.as_ref().map(|v| v.fill(&Values::default().with("here", &peer.here)));
    version_of(&encoder, command, peer.minimum_version.as_deref())
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use kvant::PixelFormat;

    use super::super::library::testing::{assert_lossless, colour, gray, mse};
    use super::super::{Peers, Resolved, resolve};
    use super::*;
    use crate::pictures::read_bytes;

    /// A codec whose stream is the picture's file, which goes wrong at some qualities.
    const SCRIPT: &str = r#"
case "$1$4" in
version) echo; echo "fake 2.1"; exit ;;
encode1) echo "a first line" >&2; echo "out of ideas" >&2; exit 3 ;;
encode2) ;;
encode3) : > "$3" ;;
encode4) exec sleep 60 ;;
encode5) head -c 3000000 /dev/zero | tr '\0' 'x' >&2; cp "$2" "$3" ;;
encode6) printf 'P6 2 1 255\nabcdef' > "$3" ;;
encode7) kill -9 $$ ;;
encode8|encode8.5) echo "$4 $5" > "$3" ;;
*) cp "$2" "$3" ;;
esac
echo "kvant-seconds: 0.125"
"#;

    const TABLE: &str = r#"
[fake]
encode = ["sh", "{here}/fake.sh", "encode", "{in}", "{out}", "{q}", "{s}"]
decode = ["sh", "{here}/fake.sh", "decode", "{in}", "{out}"]
version = ["sh", "{here}/fake.sh", "version"]
extension = "fake"
qualities = [0, 9]
range = [0, 10]
options = { s = "6" }
timeout = 2
"#;

    /// A fake codec and the folder that its script is in.
    struct Fake(TemporaryFolder);

    impl Fake {
        fn new(table: &str) -> Self {
            let folder = TemporaryFolder::new().unwrap();
            fs::write(folder.path().join("fake.sh"), SCRIPT).unwrap();
            fs::write(folder.path().join("fake.toml"), table).unwrap();
            Self(folder)
        }

        fn resolve(&self, spec: &str) -> Result<Resolved> {
            resolve(spec, &Peers::read(&self.0.path().join("fake.toml"))?, "")
        }

        fn codec(&self, spec: &str) -> Arc<dyn Codec> {
            match self.resolve(spec).unwrap() {
                Resolved::Ready(codec) => codec,
                Resolved::Missing { name, reason } => panic!("{name}: {reason}"),
            }
        }

        /// Why the codec is not here.
        fn reason(&self) -> String {
            match self.resolve("fake").unwrap() {
                Resolved::Ready(codec) => panic!("{} is here", codec.version()),
                Resolved::Missing { reason, .. } => reason,
            }
        }
    }

    #[test]
    fn a_program_codes_pictures_and_its_settings_reach_it() {
        let fake = Fake::new(TABLE);
        let codec = fake.codec("mine=fake:s4");
        assert_eq!((codec.name(), codec.version(), codec.timing()), ("mine", "fake 2.1", Timing::Process));
        for picture in [colour(), gray()] {
            let coded = codec.encode(&picture, 9.0).unwrap();
            // The time of the process, not the one that the script prints.
            assert!(coded.seconds.is_some_and(|s| s > 0.0 && s != 0.125));
            assert_eq!(codec.decode(&coded.stream).unwrap().picture, picture);
        }
        assert_eq!(codec.encode(&colour(), 8.0).unwrap().stream, b"8 4\n");
        assert_eq!(codec.encode(&colour(), 8.5).unwrap().stream, b"8.5 4\n");
        let ppm = Fake::new(&TABLE.replace("timeout", "input = \"ppm\"\ntimeout"));
        assert!(ppm.codec("fake").encode(&colour(), 9.0).unwrap().stream.starts_with(b"P6"));
    }

    #[test]
    fn programs_that_go_wrong_are_errors_in_one_line() {
        let fake = Fake::new(TABLE);
        let codec = fake.codec("fake");
        for (q, words) in [
            (1.0, &["sh failed", "3", "out of ideas"][..]),
            (2.0, &["sh", "wrote no file"]),
            (3.0, &["sh", "empty file"]),
            (4.0, &["sh", "timeout of 2 s"]),
            (7.0, &["signal", "9"]),
        ] {
            let text = codec.encode(&colour(), q).unwrap_err().to_string();
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(text.starts_with("encode: ") && words.iter().all(|w| text.contains(w)), "{text}");
        }
        // Megabytes on standard error, and a picture of another size, which is for the caller to
        // notice.
        assert!(!codec.encode(&colour(), 5.0).unwrap().stream.is_empty());
        let decoded = codec.decode(&codec.encode(&colour(), 6.0).unwrap().stream).unwrap().picture;
        assert_eq!((decoded.width(), decoded.height()), (2, 1));
        let error = codec.decode(b"no picture").unwrap_err().to_string();
        assert!(error.starts_with("decode: the picture that sh decoded"), "{error}");
    }

    #[test]
    fn the_time_of_the_call_is_taken_from_a_line_and_its_lack_costs_the_time_alone() {
        let fake = Fake::new(&TABLE.replace("timeout", "timing = \"call\"\ntimeout"));
        let codec = fake.codec("fake");
        assert_eq!((codec.timing(), codec.encode(&colour(), 9.0).unwrap().seconds), (Timing::Call, Some(0.125)));
        for line in ["seconds: 1", "kvant-seconds: soon", "kvant-seconds: -1", "kvant-seconds: inf", "kvant-seconds:"] {
            fs::write(fake.0.path().join("fake.sh"), SCRIPT.replace("kvant-seconds: 0.125", line)).unwrap();
            let coded = codec.encode(&colour(), 9.0).unwrap();
            assert!(coded.seconds.is_none() && !coded.stream.is_empty(), "{line}");
        }
    }

    #[test]
    fn settings_follow_options_and_scripts_but_not_the_place() {
        let (one, two) = (Fake::new(TABLE), Fake::new(TABLE));
        assert_eq!(one.codec("fake").settings(), two.codec("x=fake:s6").settings());
        assert_ne!(one.codec("fake").settings(), one.codec("fake:s7").settings());
        fs::write(two.0.path().join("fake.sh"), format!("{SCRIPT}#")).unwrap();
        assert_ne!(one.codec("fake").settings(), two.codec("fake").settings());
    }

    /// Points of tables that said 1 are still good.
    #[test]
    fn threads_are_no_setting() {
        let with = |argument: &str| TABLE.replace("\"{s}\"]", &format!("\"{{s}}\", \"{argument}\"]"));
        let (one, two) = (Fake::new(&with("1")), Fake::new(&with("{threads}")));
        assert_eq!(one.codec("fake").settings(), two.codec("fake").settings());
        assert!(one.codec("fake").on_threads(4).is_none());
        assert_eq!(two.codec("fake").on_threads(4).unwrap().settings(), two.codec("fake").settings());
    }

    #[test]
    fn options_are_those_of_the_table() {
        let fake = Fake::new(TABLE);
        for (spec, words) in [("fake:t7", "there are s"), ("fake:s", "needs a value"), ("fake:slow", "slow")] {
            let error = fake.resolve(spec).err().expect("an option too many");
            assert!(error.code() == 2 && error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn programs_that_cannot_run_are_missing_with_a_reason() {
        let version = "version = [\"sh\", \"{here}/fake.sh\", \"version\"]";
        for (from, to, reason) in [
            ("decode = [\"sh\"", "decode = [\"no-such-program\"", "no-such-program is not installed"),
            (
                "[\"sh\", \"{here}/fake.sh\", \"version\"]",
                "[\"sh\", \"-c\", \"echo no library >&2; exit 1\"]",
                "no library",
            ),
            (version, &format!("{version}\nminimum_version = \"2.10\""), "2.1 is too old: 2.10 or later"),
        ] {
            assert!(TABLE.contains(from));
            let found = Fake::new(&TABLE.replace(from, to)).reason();
            assert!(found.contains(reason), "{found}");
        }
        let same = Fake::new(&TABLE.replace(version, &format!("{version}\nminimum_version = \"2.1\"")));
        assert_eq!(same.codec("fake").version(), "fake 2.1");
        // Without a version command, the program's file is the version: sha256sum prints the same
        // digits.
        let fake = Fake::new(&TABLE.replace(version, ""));
        let sum =
            process::run(&["sha256sum".into(), find_program("sh".as_ref()).unwrap().into()], Duration::from_secs(60));
        assert_eq!(fake.codec("fake").version(), format!("sh (SHA-256 {})", &sum.unwrap().stdout[..32]));
    }

    /// The same with alpha that grows from left to right: nothing shows at one end, and all at the
    /// other.
    fn with_alpha(photo: &Picture) -> Picture {
        let (width, channels) = (photo.width() as usize, photo.format().channels());
        let alpha = |i: usize| (i % width * 355 / width).saturating_sub(50).min(255) as u8;
        let pixels = photo.data().chunks_exact(channels).enumerate();
        let data = pixels.flat_map(|(i, p)| [p, &[alpha(i)]].concat()).collect();
        let format = PixelFormat::new(photo.format().has_colour(), true, false);
        Picture::new(photo.width(), photo.height(), format, data)
    }

    /// The alpha of each pixel.
    fn alphas(picture: &Picture) -> Vec<u8> {
        assert!(picture.format().has_alpha());
        picture.narrowed().data().chunks_exact(picture.format().channels()).map(|p| p[p.len() - 1]).collect()
    }

    /// Checks that a codec gives alpha back nearly as it was, or says that it has none.
    #[track_caller]
    fn assert_alpha(codec: &dyn Codec, clear: &Picture) {
        let coded = codec.encode(clear, *codec.qualities().last().unwrap());
        let Ok(coded) = coded else {
            return assert!(!codec.alpha() && coded.unwrap_err().to_string().contains("transparent"));
        };
        let decoded = codec.decode(&coded.stream).unwrap().picture;
        let (before, after) = (alphas(clear), alphas(&decoded));
        let sum: f64 = before.iter().zip(&after).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let error = sum / before.len() as f64;
        eprintln!("{}: alpha of {} at {error:.2}", codec.name(), clear.channels());
        assert!(codec.alpha() && error < 10.0, "{}: {error}", codec.name());
    }

    /// Each shipped peer that is installed, on a photo in colour and one in gray.
    #[test]
    fn shipped_peers_code_photos() {
        let folder = TemporaryFolder::new().unwrap();
        let peers = Peers::embedded(folder.path()).unwrap();
        let photos = ["chelsea", "camera"].map(|name| {
            let path = format!("{}/../testdata/{name}.png", env!("CARGO_MANIFEST_DIR"));
            let options = ReadOptions::default();
            read_picture(name, &read_bytes(path.as_ref(), &options.decoder.limits).unwrap(), &options).unwrap().picture
        });
        for (name, peer) in peers.iter() {
            let codec = match resolve(name, &peers, "").unwrap() {
                Resolved::Ready(codec) => codec,
                Resolved::Missing { reason, .. } => {
                    eprintln!("SKIPPED: {name}: {reason}");
                    continue;
                }
            };
            let clear = photos.each_ref().map(with_alpha);
            if codec.lossless() {
                assert_lossless(&*codec, &photos);
                assert_lossless(&*codec, &clear);
                continue;
            }
            clear.iter().for_each(|clear| assert_alpha(&*codec, clear));
            for photo in &photos {
                let run = |q: f64| {
                    let coded = codec.encode(photo, q).unwrap();
                    let decoded = codec.decode(&coded.stream).unwrap();
                    assert!([coded.seconds, decoded.seconds].iter().all(|s| s.is_some_and(|s| s > 0.0)));
                    (coded.stream.len(), mse(photo, &decoded.picture))
                };
                let [(small, far), (large, near)] = [peer.qualities[2], *peer.qualities.last().unwrap()].map(run);
                eprintln!("{name}: {small} bytes at {far:.1}, {large} at {near:.2}");
                assert!(small < large && near < far, "{name}: {small} bytes at {far}, {large} at {near}");
                assert!(near > 0.0 && near < 20.0 && far < 200.0, "{name}: {far}, {near}");
            }
        }
    }
}
