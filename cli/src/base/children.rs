//! Programs that this one starts. None outlives what it was started for, nor does what it has
//! started itself: on Unix each is in a process group of its own, which dies whole. Elsewhere the
//! program dies alone.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wait_timeout::ChildExt as _;

/// The numbers of the programs that run. Who starts one, or forgets one that has ended, holds the
/// lock meanwhile, so that an interrupt finds all.
static RUNNING: Mutex<Running> = Mutex::new(Running(Vec::new()));

/// Leaders of groups.
pub(crate) struct Running(Vec<u32>);

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all programs that run. None starts while the result is there, and nobody learns how one has
/// ended.
pub(crate) fn end_all() -> MutexGuard<'static, Running> {
    let running = running();
    running.0.iter().for_each(|&group| end_group(group));
    running
}

/// A program that was started. It and its group end when this is dropped.
#[derive(Debug)]
pub(crate) struct Program(pub(crate) Child);

impl Program {
    /// Starts `command`. An interrupt from the terminal does not reach it: that is what [`end_all`]
    /// is for.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut running = running();
        let child = command.spawn()?;
        running.0.push(child.id());
        Ok(Self(child))
    }

    /// How it ended; `None` where it still runs after `timeout`.
    pub(crate) fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        self.0.wait_timeout(timeout)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let mut running = running();
        // The number of a group is not given again as long as one of it lives.
        end_group(self.0.id());
        running.0.retain(|&group| group != self.0.id());
        drop(running);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills all processes of a group; that there is none left is well.
#[cfg(unix)]
fn end_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    let group = i32::try_from(leader).ok().and_then(Pid::from_raw);
    if let Some(group) = group.filter(|group| !group.is_init()) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Without groups, who waits for a program kills it, and an interrupt leaves it to its end.
#[cfg(not(unix))]
fn end_group(_: u32) {}
