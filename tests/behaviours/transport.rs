//! The built-in transport against every fault of `tests/transport/faults.json`, on real sockets.
#![cfg(feature = "http")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::untrusted::over_tls;
use exeunt::{Header, HostError, HttpCall, HttpMethod, Secret};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    server: Server,
    call: Call,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Server {
    Refuses {},
    Answers { raw: String },
    Resets { raw: String },
    Endless { raw: String },
    Trickles { raw: String },
    Silent {},
    Untrusted {},
    Absent {},
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Call {
    method: String,
    scheme: String,
    path: String,
    url: Option<String>,
    body: Option<String>,
    headers: BTreeMap<String, String>,
    timeout_ms: i64,
    connect_timeout_ms: i64,
    max_body_bytes: i64,
    public_addresses_only: bool,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            method: "get".to_owned(),
            scheme: "http".to_owned(),
            path: "/".to_owned(),
            url: None,
            body: None,
            headers: BTreeMap::new(),
            timeout_ms: 5_000,
            connect_timeout_ms: 2_000,
            max_body_bytes: 65_536,
            public_addresses_only: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    answer: Option<Answer>,
    fails: Option<Vec<String>>,
    connections: Option<usize>,
    request: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: i32,
    body: String,
}

/// Reads a request's head and body; what cannot be read is left out.
fn read_request(connection: &mut impl Read) -> String {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        // A TLS greeting has no head that ends.
        if seen.first() == Some(&22) {
            return text;
        }
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => return text,
            Ok(count) => seen.extend(buffer.iter().take(count)),
        }
    }
}

fn serve(server: &Server, connection: &mut (impl Read + Write)) {
    let mut write = |text: &str| connection.write_all(text.as_bytes()).and_then(|()| connection.flush());
    match server {
        Server::Answers { raw } => drop(write(raw)),
        Server::Resets { raw } => {
            drop(write(raw));
            // std cannot set linger: closing with unread input resets the connection instead.
        }
        Server::Endless { raw } => {
            drop(write(raw));
            while write(&"a".repeat(4096)).is_ok() {}
        }
        Server::Trickles { raw } => {
            drop(write(raw));
            while write("a").is_ok() {
                std::thread::sleep(Duration::from_millis(100)); // the behaviour itself, not a wait for something
            }
        }
        Server::Silent {} => {
            let _ = connection.read(&mut [0; 1]);
        }
        Server::Untrusted {} => {
            drop(write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
        }
        Server::Refuses {} | Server::Absent {} => {}
    }
}

/// Serves until the test ends; every request seen is sent on.
fn start(server: Server) -> (u16, Receiver<String>) {
    let (seen, requests) = channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    if matches!(server, Server::Refuses {} | Server::Absent {}) {
        return (port, requests);
    }
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            if matches!(server, Server::Untrusted {}) {
                // Told before the handshake: the client does not wait for the server to notice that it refused.
                let mut first = [0];
                let greeted = connection.peek(&mut first).is_ok() && first == [22];
                let _ = seen.send(if greeted { "TLS" } else { "no greeting" }.to_owned());
                let mut connection = over_tls(connection);
                if !read_request(&mut connection).is_empty() {
                    serve(&server, &mut connection);
                }
                continue;
            }
            let request = if matches!(server, Server::Resets { .. }) {
                // One byte is read and the rest is left, so that closing resets.
                let _ = connection.read(&mut [0; 1]);
                "reset".to_owned()
            } else {
                read_request(&mut connection)
            };
            if seen.send(request).is_err() {
                return;
            }
            serve(&server, &mut connection);
        }
    });
    (port, requests)
}

fn kind(error: &HostError) -> &'static str {
    match error {
        HostError::Unavailable { .. } => "unavailable",
        HostError::Offline { .. } => "offline",
        HostError::TimeExpired { .. } => "time_expired",
        HostError::Insecure { .. } => "insecure",
        HostError::BadAnswer { .. } => "bad_answer",
        HostError::Broken { .. } => "broken",
    }
}

fn run(case: Case) -> Vec<String> {
    let (port, requests) = start(case.server);
    let call = case.call;
    let url = call.url.unwrap_or_else(|| format!("{}://127.0.0.1:{port}{}", call.scheme, call.path));
    let header = |(name, value): (String, String)| Header { name, value: Secret::from(value) };
    let result = exeunt::built_in_transport().unwrap().send(HttpCall {
        method: match call.method.as_str() {
            "get" => HttpMethod::Get,
            "post" => HttpMethod::Post,
            "delete" => HttpMethod::Delete,
            other => panic!("unknown method: {other}"),
        },
        url: Secret::from(url),
        headers: call.headers.into_iter().map(header).collect(),
        body: call.body.map(Secret::from),
        connect_timeout_ms: call.connect_timeout_ms,
        timeout_ms: call.timeout_ms,
        max_body_bytes: call.max_body_bytes,
        public_addresses_only: call.public_addresses_only,
    });
    let requests: Vec<String> = requests.try_iter().collect();
    let mut faults = Vec::new();
    match (&result, &case.expect.answer, &case.expect.fails) {
        (Ok(answer), Some(expected), None) => {
            let body = String::from_utf8_lossy(&answer.body);
            if answer.status != expected.status || body != expected.body {
                faults.push(format!("answered {} {body}", answer.status));
            }
        }
        (Err(error), None, Some(kinds)) if kinds.iter().any(|expected| expected == kind(error)) => {
            if format!("{error:?} {error}").contains("TOKEN-IN-URL") {
                faults.push("the error shows the address".to_owned());
            }
        }
        (result, _, _) => faults.push(format!("unexpected: {result:?}")),
    }
    if case.expect.connections.is_some_and(|expected| expected != requests.len()) {
        faults.push(format!("{} connections", requests.len()));
    }
    if case.expect.request.is_some_and(|expected| !requests.iter().any(|request| request.contains(&expected))) {
        faults.push("the request lacks what it should carry".to_owned());
    }
    faults.into_iter().map(|fault| format!("{} ({}): {fault}", case.name, case.source)).collect()
}

#[test]
fn the_built_in_transport_answers_every_fault_as_agreed() {
    let cases: Vec<Case> =
        serde_json::from_str(&std::fs::read_to_string("tests/transport/faults.json").unwrap()).unwrap();
    println!("rust: {} transport faults", cases.len());
    let faults: Vec<String> = cases.into_iter().flat_map(run).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
