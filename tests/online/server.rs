//! A server on this machine that answers as a test says and records what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was asked: the head of a request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub raw: Vec<u8>,
}

impl Asked {
    /// The path, with what stands behind a question mark.
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// A header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, more headers, a body.
    Http(u16, Vec<(&'static str, String)>, String),
    /// Bytes as they are, and the end.
    Raw(Vec<u8>),
    /// A head, and then a body without an end.
    Endless(&'static str),
    /// A byte now and then.
    Dripping,
    /// A tunnel as a proxy opens it, with somebody at its end who does not speak TLS.
    Tunnel,
    /// Nothing, for as long as anybody waits.
    Silence,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Http(status, vec![("content-type", "application/json".to_owned())], body.to_owned())
    }

    /// A list of the API with nothing in it.
    pub fn list() -> Self {
        Self::json(200, r#"{"object":"list","data":[]}"#)
    }
}

/// The server. It stops listening when the test ends.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers every request as the script says.
    pub fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of this machine is free");
        let port = listener.local_addr().expect("it has an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, record) = (Arc::new(script), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, record) = (Arc::clone(&script), Arc::clone(&record));
                thread::spawn(move || serve(stream, &*script, &record));
            }
        });
        Self { port, asked }
    }

    /// What it was asked, in the order of the addresses: several requests may be under way at once.
    pub fn asked(&self) -> Vec<Asked> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort_by(|left, right| left.line.cmp(&right.line));
        asked
    }
}

fn serve(mut stream: TcpStream, script: &dyn Fn(&Asked) -> Reply, record: &Mutex<Vec<Asked>>) {
    let mut raw = Vec::new();
    let mut byte = [0_u8; 1];
    while !raw.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => raw.push(byte[0]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&raw).into_owned();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let asked = Asked { line, headers, raw };
    record.lock().unwrap().push(asked.clone());
    // Whoever asked may have gone; that is nothing to fail for.
    let _ = answer(&mut stream, script(&asked));
}

fn answer(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Http(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            for (name, value) in headers {
                head += &format!("{name}: {value}\r\n");
            }
            stream.write_all(format!("{head}\r\n{body}").as_bytes())
        }
        Reply::Raw(bytes) => stream.write_all(&bytes),
        Reply::Endless(start) => {
            stream.write_all(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{start}").as_bytes())?;
            loop {
                stream.write_all(&[b' '; 8192])?;
            }
        }
        Reply::Dripping => {
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".iter().chain(std::iter::repeat(&b' ')) {
                stream.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Reply::Tunnel => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let mut hello = [0_u8; 5];
            stream.read_exact(&mut hello)?;
            assert_eq!(hello[0], 22, "what comes is a handshake of TLS");
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
            stream.read_to_end(&mut Vec::new()).map(|_| ())
        }
        Reply::Silence => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).map(|_| ())
        }
    }
}
