//! Servers on loopback that misbehave as a test wants.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

/// A server on loopback that does one thing to whoever connects, and remembers what it was asked.
pub struct Server {
    pub port: u16,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `act` gets the port, the request's head and body, and the connection.
    pub fn new(act: impl Fn(u16, &str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = request_of(&mut stream);
                seen.lock().unwrap().push(request.clone());
                act(port, &request, &mut stream);
            }
        });
        Self { port, asked }
    }

    /// Answers a request for metadata so, and nothing else.
    pub fn answering(
        status: &'static str,
        headers: &'static str,
        body: impl Fn(u16) -> String + Send + 'static,
    ) -> Self {
        Self::new(move |port, _, stream| answer(stream, status, headers, &body(port)))
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

pub fn request_of(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        request.extend(byte);
    }
    let head = String::from_utf8_lossy(&request).to_lowercase();
    let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.split_once('\r')?.0.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    request.extend(body);
    String::from_utf8(request).unwrap()
}

pub fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

pub const JSON: &str = "content-type: application/json\r\n";

pub fn metadata(port: u16) -> String {
    let here = format!("http://127.0.0.1:{port}");
    json!({
        "issuer": here, "end_session_endpoint": format!("{here}/bye"), "revocation_endpoint": format!("{here}/revoke"),
    })
    .to_string()
}

/// Whether anybody waits to be let in.
pub fn is_untouched(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    matches!(listener.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// Answers one byte at a time. Reading what never comes is the pause in between; it ends when the client hangs up.
pub fn trickle(stream: &mut TcpStream, body: &str) {
    let head = format!("HTTP/1.1 200 OK\r\n{JSON}content-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes());
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    for byte in body.bytes() {
        let waited = stream.read(&mut [0]);
        if matches!(waited, Ok(0)) || stream.write_all(&[byte]).is_err() {
            return;
        }
    }
}
