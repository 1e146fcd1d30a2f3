//! A stand-in for the two endpoints of GitHub and GitLab that take comments, on
//! a port of this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The one whose token is used.
pub const ME: u64 = 7;

/// A running stand-in.
pub struct Forge {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    comments: Vec<Value>,
    log: Vec<String>,
    refuses: bool,
}

impl Forge {
    /// One with comments that are there already.
    pub fn new(comments: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { comments, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.expect("a connection"), &mut shared.lock().expect("no panic"));
            }
        });
        Self { url, state }
    }

    /// Lets nobody write, as forges do to those who come from forks.
    pub fn refuse(&self) {
        self.state.lock().expect("no panic").refuses = true;
    }

    /// The comments that are there.
    pub fn comments(&self) -> Vec<Value> {
        self.state.lock().expect("no panic").comments.clone()
    }

    /// What was asked since this was asked last: `POST /path TOKEN`.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("no panic").log)
    }
}

/// A comment of somebody's.
pub fn comment(id: u64, author: u64, association: &str, body: &str) -> Value {
    json!({
        "id": id,
        "body": body,
        "author": { "id": author },
        "user": { "type": if author == ME { "Bot" } else { "User" } },
        "author_association": association,
    })
}

fn answer(mut stream: TcpStream, state: &mut State) {
    let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let value = |line: &String| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        };
        head.iter().find_map(value)
    };
    let length = header("content-length").map_or(0, |length| length.parse().expect("a number"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let (method, target) = head[0].rsplit_once(' ').expect("HTTP").0.split_once(' ').expect("HTTP");
    let token = header("authorization").or_else(|| header("private-token")).unwrap_or_default();
    state.log.push(format!("{method} {target} {token}"));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (status, answer) = respond(method, path, query, &body, state);
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {}", answer.len());
    write!(stream, "{head}\r\n\r\n{answer}").expect("written");
}

fn respond(method: &str, path: &str, query: &str, body: &[u8], state: &mut State) -> (u16, Value) {
    if path == "/user" {
        return (200, json!({ "id": ME }));
    }
    if method == "GET" {
        let number = |key: &str| {
            let value = query.split('&').find_map(|part| part.strip_prefix(key));
            value.expect("a page").parse::<usize>().expect("a number")
        };
        let (size, page) = (number("per_page="), number("page="));
        let shown: Vec<Value> =
            state.comments.iter().skip(size * (page - 1)).take(size).cloned().collect();
        return (200, shown.into());
    }
    if state.refuses {
        return (403, json!({ "message": "Resource not accessible by integration" }));
    }
    let body: Value = serde_json::from_slice(body).expect("JSON");
    let text = body["body"].as_str().expect("a body");
    if method == "POST" {
        let id = state.comments.len() as u64 + 1000;
        state.comments.push(comment(id, ME, "NONE", text));
        return (201, json!({ "id": id }));
    }
    let id: u64 = path.rsplit('/').next().expect("a path").parse().expect("a number");
    let is_it = |comment: &&mut Value| comment["id"] == id;
    state.comments.iter_mut().find(is_it).expect("it is there")["body"] = text.into();
    (200, json!({}))
}
