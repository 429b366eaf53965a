//! A phone on a real socket: one connection, one request after the other.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection, with the token of whoever signed in.
pub struct Wire {
    stream: BufReader<TcpStream>,
    token: Option<String>,
}

impl Wire {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(address: SocketAddr, token: Option<String>) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream), token })
    }

    /// Sends a request and reads its answer: status and body.
    ///
    /// # Errors
    /// When the connection breaks before the whole answer has come.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        self.ask(method, path, body)?;
        self.answer()
    }

    /// Sends a request, whose answer is to be read before the next.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<()> {
        let token = self.token.as_deref().unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())
    }

    /// Reads the answer to what was asked: status and body.
    ///
    /// # Errors
    /// When the connection breaks before the whole answer has come.
    pub fn answer(&mut self) -> io::Result<(u16, String)> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut_off)?;
        let mut length = 0;
        loop {
            let header = self.line()?;
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).map_err(io::Error::other)?))
    }

    /// Signs in; the requests that follow carry the token.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn sign_in(&mut self, username: &str, password: &str) -> io::Result<String> {
        let body = serde_json::json!({ "username": username, "password": password }).to_string();
        let (status, answer) = self.send("POST", "/api/v1/session", &body)?;
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer)?;
        let token = answer["access_token"].as_str().ok_or_else(cut_off)?.to_owned();
        self.token = Some(token.clone());
        Ok(token)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Err(cut_off());
        }
        Ok(line.trim_end().to_owned())
    }
}

fn cut_off() -> io::Error {
    io::Error::from(io::ErrorKind::UnexpectedEof)
}
