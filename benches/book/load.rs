//! The load: so many phones on kept connections, each asking again as soon as it was answered. As lean
//! as it can be, on two threads; what it takes of the machine all the same is told with every figure.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::server::Server;

const THREADS: usize = 2;
/// The kernel counts processor time in hundredths of a second.
pub const MICROS_OF_TICK: f64 = 10_000.0;
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Writes the next request at the end of a buffer.
pub type Ask = Box<dyn FnMut(&mut Vec<u8>) + Send>;

/// Somebody who asks.
pub struct Phone {
    /// Writes the next request.
    pub ask: Ask,
    /// The status of every answer.
    pub expect: u16,
    /// Asks once in that time, and is not counted; as fast as it can otherwise.
    pub every: Option<Duration>,
}

/// How long a measurement takes.
#[derive(Clone, Copy)]
pub struct Span {
    /// Not counted.
    pub warm_up: Duration,
    pub measured: Duration,
}

/// What came of a measurement.
pub struct Tally {
    pub per_second: f64,
    /// How long each answer took, in microseconds, in ascending order.
    pub micros: Vec<u32>,
    /// Processor time of the server for each answer, in microseconds.
    pub micros_each: f64,
    /// The load's part of the processor time that load and server took together.
    pub load_share: f64,
}

/// Lets phones ask a server.
pub fn run(server: &Server, phones: Vec<Phone>, span: Span) -> Tally {
    let from = Instant::now() + span.warm_up;
    let until = from + span.measured;
    let mut groups: Vec<Vec<Phone>> = (0..THREADS).map(|_| Vec::new()).collect();
    for (number, phone) in phones.into_iter().enumerate() {
        groups[number % THREADS].push(phone);
    }
    let address = server.address();
    let talking: Vec<_> =
        groups.into_iter().map(|group| thread::spawn(move || talk_all(address, group, from, until))).collect();
    let processes = [std::process::id(), server.process.id()];
    thread::sleep(from.saturating_duration_since(Instant::now()));
    let before = processes.map(processor_ticks);
    thread::sleep(until.saturating_duration_since(Instant::now()));
    let after = processes.map(processor_ticks);
    let mut micros: Vec<u32> = talking.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    micros.sort_unstable();
    let [load, served] = [0, 1].map(|process| (after[process] - before[process]) as f64);
    Tally {
        per_second: micros.len() as f64 / span.measured.as_secs_f64(),
        micros_each: served * MICROS_OF_TICK / micros.len().max(1) as f64,
        micros,
        load_share: load / (load + served).max(1.0),
    }
}

fn talk_all(address: SocketAddr, phones: Vec<Phone>, from: Instant, until: Instant) -> Vec<u32> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut talking = JoinSet::new();
        for phone in phones {
            talking.spawn(talk(address, phone, from, until));
        }
        talking.join_all().await.into_iter().flat_map(Result::unwrap).collect()
    })
}

async fn talk(address: SocketAddr, mut phone: Phone, from: Instant, until: Instant) -> io::Result<Vec<u32>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut request, mut answer) = (Vec::new(), vec![0; ANSWER_BYTES_MAX]);
    let mut micros = Vec::new();
    let mut next = Instant::now();
    loop {
        if let Some(every) = phone.every {
            tokio::time::sleep_until(next.min(until).into()).await;
            next += every;
        }
        let asked = Instant::now();
        if asked >= until {
            return Ok(micros);
        }
        request.clear();
        (phone.ask)(&mut request);
        stream.write_all(&request).await?;
        let (status, body) = read_answer(&mut stream, &mut answer).await?;
        assert_eq!(status, phone.expect, "{}", String::from_utf8_lossy(body));
        let answered = Instant::now();
        if phone.every.is_none() && (from..until).contains(&answered) {
            micros.push(u32::try_from((answered - asked).as_micros()).unwrap_or(u32::MAX));
        }
    }
}

async fn read_answer<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> io::Result<(u16, &'a [u8])> {
    let mut filled = 0;
    let mut whole: Option<(u16, usize, usize)> = None;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        filled += read;
        if whole.is_none() {
            whole = head(&buffer[..filled]);
        }
        if let Some((status, begin, length)) = whole
            && filled >= begin + length
        {
            return Ok((status, &buffer[begin..filled]));
        }
    }
}

/// Status, where the body begins, and its length, once all headers are there.
fn head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    let end = find(b"\r\n\r\n")? + 4;
    let length = find(b"content-length: ")? + 16;
    let digits = bytes[length..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    let status = bytes[9..12].iter().fold(0, |status, digit| status * 10 + u16::from(digit - b'0'));
    Some((status, end, length))
}

/// Processor time that a process took so far, in the kernel's ticks: user and system.
pub fn processor_ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}
