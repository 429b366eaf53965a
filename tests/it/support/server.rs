//! The program itself as a process of its own, on a free loopback port.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A serving process; killed (SIGKILL, by its own pid) when dropped.
pub struct Server {
    /// The process itself.
    pub process: Child,
    address: Option<SocketAddr>,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Runs `command` until it says `http://address`.
    pub fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self { process, address: None, _stdout: stdout };
        let mut line = String::new();
        server._stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("it said {line:?}"));
        server.address = Some(address.parse().unwrap());
        server
    }

    /// `hujifen serve` on a data folder, by a program that was built beside this one.
    pub fn hujifen(program: &str, data_dir: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).env("HUJIFEN_LOG", "error");
        Self::start(&mut command)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
