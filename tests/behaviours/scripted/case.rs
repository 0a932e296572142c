//! Reading and running one case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use exeunt::{CancelReason, ClientConfig, EndSessionRequest, Entry, LogoutClient, LogoutError, LogoutOutcome, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::host::{Faults, Host, Script};
use super::project::{self, Seen};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub source: String,
    pub given: Value,
    expect: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    config: ClientConfig,
    #[serde(default)]
    store: BTreeMap<String, String>,
    #[serde(default)]
    host: Script,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    error: Option<Value>,
    steps: Vec<Value>,
    store: Option<BTreeMap<String, String>>,
    keys: Option<Vec<String>>,
    own_keys: Option<usize>,
    navigations: Option<Value>,
    dismissed: Option<usize>,
    events: Option<Value>,
    event_ids: Option<Value>,
    http: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Plan(Box<EndSessionRequest>),
    SignOut(Box<EndSessionRequest>),
    Logout {},
    Run {
        request: Box<EndSessionRequest>,
        #[serde(default)]
        between: Between,
    },
    Complete {
        url: String,
        ticket: Option<String>,
    },
    Cancel {
        id: String,
        reason: CancelReason,
    },
    Outcome {
        id: String,
    },
    Proof {
        id: String,
    },
    Pending {
        account: Option<String>,
    },
    Accounts {},
    Registration {},
    ReadIdToken {
        token: String,
    },
    TicketInCookies {
        header: String,
    },
    Put(BTreeMap<String, String>),
    Remove(Vec<String>),
    Faults(Faults),
    TimePasses {
        seconds: i64,
    },
    Resume {
        limit: i64,
    },
    SignedIn {
        account: String,
        id_token: Option<String>,
        ticket: Option<String>,
    },
    LoginAdvice {
        account: Option<String>,
        ticket: Option<String>,
    },
    Lease {
        account: String,
    },
    Save(BTreeMap<String, String>),
    StillValid {},
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Between {
    put: BTreeMap<String, String>,
    remove: Vec<String>,
}

/// `{a*3}` becomes `aaa`.
fn repeat(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let parsed = from.find('}').and_then(|end| {
            let (what, times) = from.get(1..end)?.rsplit_once('*')?;
            Some((what.repeat(times.parse().ok()?), end))
        });
        match parsed {
            Some((repeated, end)) => {
                out.push_str(&repeated);
                rest = &from[end + 1..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out + rest
}

fn repeat_all(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(repeat(&text)),
        Value::Array(items) => items.into_iter().map(repeat_all).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, repeat_all(member))).collect(),
        other => other,
    }
}

/// All cases of a folder, file by file in order of their names.
pub fn read_folder(folder: &Path) -> Vec<(PathBuf, Vec<Case>)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (file, cases)
    };
    files.into_iter().map(read).collect()
}

/// Runs a case; the answer is everything that is not as expected.
pub fn run(case: &Case) -> Vec<String> {
    let given: Given = match serde_json::from_value(repeat_all(case.given.clone())) {
        Ok(given) => given,
        Err(error) => return vec![format!("given: {error}")],
    };
    let expect: Expect = match serde_json::from_value(case.expect.clone()) {
        Ok(expect) => expect,
        Err(error) => return vec![format!("expect: {error}")],
    };
    if given.steps.len() != expect.steps.len() {
        return vec![format!("{} steps, {} expectations", given.steps.len(), expect.steps.len())];
    }
    let host = Host::new(given.host, given.store);
    let client = match (host.client(given.config), &expect.error) {
        (Ok(client), None) => client,
        (Ok(_), Some(expected)) => return vec![format!("the client was made, expected {expected}")],
        (Err(error), expected) => {
            let expected = json!({"error": expected.clone().unwrap_or(Value::Null)});
            return compare("client", &expected, &project::error(&error));
        }
    };
    let mut seen = Seen::default();
    let mut faults = Vec::new();
    for (at, (step, expected)) in given.steps.into_iter().zip(&expect.steps).enumerate() {
        let mut actual = perform(&client, &host, &mut seen, step);
        actual = seen.hide_all(actual);
        faults.extend(compare(&format!("step {at}"), expected, &actual));
    }
    faults.extend(compare_end(&expect, &host, &seen));
    faults
}

fn compare_end(expect: &Expect, host: &Host, seen: &Seen) -> Vec<String> {
    let entries = host.store.entries.lock().unwrap().clone();
    let (own, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) =
        entries.into_iter().partition(|(key, _)| key.starts_with("exeunt."));
    let records = own.keys().filter(|key| key.starts_with("exeunt.pending.")).count();
    let browser = host.browser.as_ref();
    let navigations: Vec<Value> =
        browser.map(|b| b.navigations.lock().unwrap().iter().map(project::navigation).collect()).unwrap_or_default();
    let dismissed = browser.map_or(0, |b| b.dismissed.lock().unwrap().len());
    let heard = host.ears.events.lock().unwrap().clone();
    let events: Vec<Value> = heard.iter().map(|event| project::event(event.kind)).collect();
    let event_ids: Vec<Value> = heard.iter().map(project::event_ids).collect();
    let http: Vec<Value> =
        host.network.as_ref().map(|n| n.calls.lock().unwrap().iter().map(project::call).collect()).unwrap_or_default();
    let mut keys: Vec<&String> = theirs.keys().collect();
    keys.sort();
    let mut expected_keys = expect.keys.clone();
    if let Some(keys) = &mut expected_keys {
        keys.sort();
    }
    let checks = [
        ("store", expect.store.as_ref().map(|v| json!(v)), json!(theirs)),
        ("keys", expected_keys.map(|v| json!(v)), json!(keys)),
        ("own_keys", expect.own_keys.map(|v| json!(v)), json!(records)),
        ("navigations", expect.navigations.clone(), seen.hide_all(json!(navigations))),
        ("dismissed", expect.dismissed.map(|v| json!(v)), json!(dismissed)),
        ("events", expect.events.clone(), json!(events)),
        ("event_ids", expect.event_ids.clone(), seen.hide_all(json!(event_ids))),
        ("http", expect.http.clone(), seen.hide_all(json!(http))),
    ];
    let differs = |(name, expected, actual): (&str, Option<Value>, Value)| {
        let expected = expected?;
        (expected != actual).then(|| format!("{name}: expected {expected}, found {actual}"))
    };
    checks.into_iter().filter_map(differs).collect()
}

/// Compares what the expectation names; completions and what `resume` did look into their outcomes likewise.
fn compare(place: &str, expected: &Value, actual: &Value) -> Vec<String> {
    let (Value::Object(wanted), Value::Object(found)) = (expected, actual) else {
        return vec![format!("{place}: an expectation is an object")];
    };
    let mut faults = Vec::new();
    if found.contains_key("error") && !wanted.contains_key("error") {
        faults.push(format!("{place}: an error, {actual}"));
    }
    for (name, value) in wanted {
        let at = format!("{place}.{name}");
        match (name.as_str(), found.get(name)) {
            (_, None) => faults.push(format!("{at}: not there; found {actual}")),
            ("matched" | "already_handled", Some(inner)) => {
                faults.extend(compare(&at, &value["outcome"], &inner["outcome"]));
            }
            ("error", Some(inner)) => faults.extend(compare(&at, value, inner)),
            ("outcomes", Some(Value::Array(found))) => {
                let wanted = value.as_array().map_or(&[][..], Vec::as_slice);
                if wanted.len() != found.len() {
                    faults.push(format!("{at}: expected {} outcomes, found {actual}", wanted.len()));
                }
                for (at, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                    faults.extend(compare(&format!("{place}.outcomes[{at}]"), wanted, found));
                }
            }
            (_, Some(inner)) if inner != value => faults.push(format!("{at}: expected {value}, found {inner}")),
            _ => {}
        }
    }
    faults
}

fn projected<T>(result: Result<T, LogoutError>, project: impl FnOnce(&T) -> Value) -> Value {
    match result {
        Ok(value) => project(&value),
        Err(error) => project::error(&error),
    }
}

fn perform(client: &LogoutClient, host: &Host, seen: &mut Seen, step: Step) -> Value {
    let before = host.browser.as_ref().map_or(0, |browser| browser.navigations.lock().unwrap().len());
    let see = |seen: &mut Seen, outcome: &LogoutOutcome, fresh: bool| {
        if let Some(browser) = &host.browser {
            browser.navigations.lock().unwrap().iter().skip(before).for_each(|navigation| seen.navigation(navigation));
        }
        seen.outcome(outcome, fresh);
    };
    match step {
        Step::Plan(request) => projected(client.plan(&request), |plan| project::plan(plan)),
        Step::SignOut(request) => {
            let request = filled(seen, *request);
            let result = client.sign_out(&request);
            projected(result, |outcome| {
                see(seen, outcome, true);
                project::outcome(outcome)
            })
        }
        Step::Logout {} => projected(client.logout(), |outcome| {
            see(seen, outcome, true);
            project::outcome(outcome)
        }),
        Step::Run { request, between } => {
            let request = filled(seen, *request);
            let result = client.plan(&request).and_then(|plan| {
                let mut entries = host.store.entries.lock().unwrap();
                entries.extend(between.put);
                entries.retain(|key, _| !between.remove.contains(key));
                drop(entries);
                client.run(&plan)
            });
            projected(result, |outcome| {
                see(seen, outcome, true);
                project::outcome(outcome)
            })
        }
        Step::Complete { url, ticket } => {
            let url = Secret::from(seen.fill(&url));
            let ticket = ticket.map(|ticket| Secret::from(seen.fill(&ticket)));
            projected(client.complete(&url, ticket), project::completion)
        }
        Step::Cancel { id, reason } => projected(client.cancel(&seen.fill(&id), reason), project::outcome),
        Step::Outcome { id } => projected(client.outcome(&seen.fill(&id)), project::outcome),
        Step::Proof { id } => {
            let result = client.proof(&seen.fill(&id));
            projected(result, |navigation| {
                seen.navigation(navigation);
                project::asked(navigation)
            })
        }
        Step::Pending { account } => projected(client.pending(account), |pending| {
            let mut list: Vec<Value> =
                pending.iter().map(|one| json!({"accounts": one.accounts, "provider": one.provider})).collect();
            list.sort_by_key(Value::to_string);
            json!({"pending": list})
        }),
        Step::Accounts {} => projected(client.accounts(), |accounts| {
            let mut ids: Vec<&String> = accounts.iter().map(|account| &account.home_account_id).collect();
            ids.sort();
            json!({"accounts": ids})
        }),
        Step::Registration {} => project::registration(&client.registration()),
        Step::ReadIdToken { token } => {
            projected(exeunt::read_id_token_unverified(&Secret::from(token)), project::hints)
        }
        Step::TicketInCookies { header } => match exeunt::ticket_in_cookies(&Secret::from(seen.fill(&header))) {
            Some(ticket) => json!({"ticket": ticket.reveal()}),
            None => json!({}),
        },
        Step::Put(entries) => {
            let filled = entries.into_iter().map(|(key, value)| (seen.fill(&key), seen.fill(&value)));
            host.store.entries.lock().unwrap().extend(filled);
            json!({})
        }
        Step::Remove(keys) => {
            host.store.entries.lock().unwrap().retain(|key, _| !keys.contains(key));
            json!({})
        }
        Step::Faults(faults) => {
            *host.store.faults.lock().unwrap() = faults;
            json!({})
        }
        Step::TimePasses { seconds } => {
            host.store.time_passes(seconds);
            json!({})
        }
        Step::Resume { limit } => projected(client.resume(limit), project::resumed),
        Step::SignedIn { account, id_token, ticket } => {
            let ticket = ticket.map(|ticket| Secret::from(seen.fill(&ticket)));
            projected(client.signed_in(&account, id_token.map(Secret::from), ticket), |()| json!({}))
        }
        Step::LoginAdvice { account, ticket } => {
            let ticket = ticket.map(|ticket| Secret::from(seen.fill(&ticket)));
            projected(client.login_advice(account, ticket), project::advice)
        }
        Step::Lease { account } => projected(client.lease(&account), |lease| {
            seen.lease = Some(lease.clone());
            json!({})
        }),
        Step::Save(entries) => {
            let entry = |(key, value)| Entry { key, value: Secret::from(value), protect: true };
            let saved = client.save(seen.leased(), entries.into_iter().map(entry).collect());
            projected(saved, |saved| json!({"saved": project::saved(*saved)}))
        }
        Step::StillValid {} => projected(client.still_valid(seen.leased()), |valid| json!({"still_valid": valid})),
    }
}

/// A request may bring the ticket of an earlier outcome.
fn filled(seen: &Seen, request: EndSessionRequest) -> EndSessionRequest {
    let ticket = request.ticket.as_ref().map(|ticket| Secret::from(seen.fill(ticket.reveal())));
    EndSessionRequest { ticket, ..request }
}
