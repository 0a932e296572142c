//! Every secret is a marker here, and everything that can be printed or kept is searched for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::planted_secrets::{
    BACK, MARK, Printed, Quoting, assert_holds_no_token, assert_holds_only_what_the_return_needs, config, id_token,
    own_token, records, request,
};
use crate::scripted::host::{Host, Rule, Script};
use crate::scripted::project::{percent_encode, raw_state};
use exeunt::{
    CancelReason, Change, ClientConfig, Completion, EndSessionRequest, Entry, Header, HostError, HttpAnswer,
    LogoutClient, Parameter, Requirement, Secret, read_id_token_unverified,
};
use serde_json::{Value, json};

fn host(script: Script) -> Host {
    let entries =
        [("id_token", own_token()), ("refresh_token", format!("{MARK}-refresh")), ("cart", format!("{MARK}-cart"))];
    let keyed = entries.into_iter().map(|(entry, value)| (format!("s:alice:{entry}"), value));
    Host::new(script, keyed.collect())
}

fn revocation(status: i32, body: String) -> Script {
    Script {
        http: vec![Rule {
            method: "post".to_owned(),
            url: "https://op.example.com/revoke".to_owned(),
            times: None,
            status: Some(status),
            headers: BTreeMap::from([("x-header".to_owned(), format!("{MARK}-header"))]),
            body,
            fails: None,
        }],
        ..Script::default()
    }
}

/// One whole sign-out with its proof; everything on the way is printed.
fn drive(home: &str, printed: &mut Printed) -> (Host, Arc<LogoutClient>) {
    let host = host(revocation(400, json!({"error": "invalid_token", "error_description": MARK}).to_string()));
    let client = host.client(config(home)).unwrap();
    printed.add("config", &config(home));
    printed.add("request", &request());

    let plan = client.plan(&request()).unwrap();
    printed.add("plan", plan.as_ref());
    printed.texts.push(("explanation".to_owned(), plan.explain().join(" ")));
    plan.steps().iter().for_each(|step| printed.add("step", step));
    plan.warnings().iter().for_each(|warning| printed.add("warning", warning));

    let outcome = client.run(&plan).unwrap();
    let next = outcome.next.clone().unwrap();
    for mark in ["sub", "hint", "state", "extra"] {
        assert!(next.url.reveal().contains(MARK), "{mark} was never planted");
    }
    printed.add("outcome", &outcome);
    printed.navigation("navigation", &next);
    printed.add("reply", &outcome.reply());
    if let Some(ticket) = &outcome.ticket {
        printed.drawn.push(ticket.reveal().rsplit('.').next().unwrap().to_owned());
    }
    client.pending(Some("alice".to_owned())).unwrap().iter().for_each(|pending| printed.add("pending", pending));
    printed.add("outcome, asked for", &client.outcome(&outcome.id).unwrap());
    assert_holds_only_what_the_return_needs(&host, outcome.ticket.as_ref());

    let state = percent_encode(&raw_state(&next).unwrap());
    let url = Secret::from(format!("{BACK}?state={state}&error=access_denied&error_description={MARK}&code={MARK}"));
    printed.add("a returned address", &url);
    let completion = client.complete(&url, outcome.ticket.clone()).unwrap();
    let Completion::Matched { outcome: known } = &completion else { panic!("{completion}") };
    assert_eq!(known.state.as_ref().map(Secret::reveal), Some(format!("{MARK}-state").as_str()));
    printed.add("completion", &completion);
    printed.add("completion's reply", &completion.reply());
    printed.add("completion, again", &client.complete(&url, outcome.ticket.clone()).unwrap());

    let proof = client.proof(&outcome.id).unwrap();
    printed.navigation("proof", &proof);
    let state = percent_encode(&raw_state(&proof).unwrap());
    let url = format!("https://app.example.com/signed-in?state={state}&code={MARK}&error=login_required");
    printed.add("proof's completion", &client.complete(&Secret::from(url), outcome.ticket.clone()).unwrap());
    let kept = records(&host);
    assert!(!kept.contains(MARK), "something secret is kept after all is done: {kept}");
    assert_holds_no_token(&kept, &next, outcome.ticket.as_ref());
    assert_holds_no_token(&kept, &proof, None);

    host.ears.events.lock().unwrap().iter().for_each(|event| printed.add("event", event));
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.body.as_ref().unwrap().reveal().contains(MARK)));
    calls.iter().for_each(|call| printed.add("call", call));
    (host, client)
}

/// RPI-17, ATT-42: address and request too.
#[test]
fn a_whole_sign_out_on_a_device_shows_no_secret() {
    let mut printed = Printed::default();
    drive("device", &mut printed);
    printed.assert_clean();
}

/// RPI-17, ATT-42: the form and the credentials too.
#[test]
fn a_whole_sign_out_on_a_server_shows_no_secret() {
    let mut printed = Printed::default();
    let (host, _) = drive("server", &mut printed);
    let calls = host.network.as_ref().unwrap().calls.lock().unwrap().clone();
    assert!(calls.iter().all(|call| call.headers.iter().any(|header| header.name == "Authorization")));
    printed.assert_clean();
}

#[test]
fn a_sign_out_that_is_given_up_keeps_no_secret() {
    let mut printed = Printed::default();
    let script = Script { navigator: Some("started".to_owned()), ..revocation(200, String::new()) };
    let host = host(script);
    let client = host.client(config("device")).unwrap();
    for reason in [CancelReason::UserCancelled, CancelReason::TimedOut, CancelReason::AppCancelled] {
        let outcome = client.sign_out(&request()).unwrap();
        printed.add("cancelled", &client.cancel(&outcome.id, reason).unwrap());
        printed.add("outcome", &client.outcome(&outcome.id).unwrap());
    }
    let navigations = host.browser.as_ref().unwrap().navigations.lock().unwrap().clone();
    for navigation in &navigations {
        printed.navigation("navigation", navigation);
        assert_holds_only_what_the_return_needs(&host, None);
    }
    host.store.time_passes(16 * 60);
    client.resume(100).unwrap();
    for navigation in &navigations {
        assert_holds_no_token(&records(&host), navigation, None);
    }
    printed.assert_clean();
}

/// ATT-42: no error holds a token.
#[test]
fn no_refusal_repeats_what_it_refuses() {
    let mut printed = Printed::default();
    let host = host(revocation(200, String::new()));
    let client = host.client(config("device")).unwrap();
    let changes: [(&str, Value); 12] = [
        ("redirect", json!({"uri": {"uri": format!("https://evil.example/{MARK}?a={MARK}")}})),
        ("redirect", json!({"uri": {"uri": format!("https://{MARK}@app.example.com/bye")}})),
        ("redirect", json!({"uri": {"uri": format!("{BACK}#{MARK}")}})),
        ("return_to", json!(format!("javascript:{MARK}"))),
        ("id_token_hint", json!(format!("{MARK}.{MARK}"))),
        ("id_token_hint", json!(id_token(json!({"aud": MARK, "sub": MARK})))),
        ("id_token_hint", json!(id_token(json!({"aud": ["rp", MARK, 5]})))),
        ("logout_hint", json!(MARK.repeat(400))),
        ("state", json!(MARK.repeat(400))),
        ("ui_locales", json!([format!("{MARK} {MARK}")])),
        ("extra_parameters", json!([{"name": "state", "value": MARK}])),
        ("ticket", json!(MARK)),
    ];
    for (at, (field, value)) in changes.into_iter().enumerate() {
        let mut asked = json!({"who": {"this": {"account": {"home_account_id": "alice"}}}});
        asked[field] = value;
        let asked: EndSessionRequest = serde_json::from_value(asked).unwrap();
        let error = client.sign_out(&asked).expect_err(&format!("{at}: {field}"));
        printed.error(&format!("{at}: {field}"), &error);
    }
    printed.error("outcome", &client.outcome(MARK).unwrap_err());
    printed.error("proof", &client.proof(MARK).unwrap_err());
    printed.error("cancel", &client.cancel(MARK, CancelReason::TimedOut).unwrap_err());
    for url in [MARK.to_owned(), format!("{BACK}?state={MARK}"), format!("https://evil.example/?state={MARK}")] {
        printed.add("not ours", &client.complete(&Secret::from(url), None).unwrap());
    }
    printed.assert_clean();
}

#[test]
fn no_wrong_configuration_is_repeated() {
    let mut printed = Printed::default();
    for (at, (pointer, value)) in [
        ("/client_secret", json!(format!("{MARK}\n"))),
        ("/redirect_uris", json!([format!("https://{MARK}:{MARK}@app.example.com/")])),
        ("/redirect_uris", json!([format!("{BACK}#{MARK}")])),
        ("/provider/oidc/issuer", json!(format!("https://op.example.com/?key={MARK}"))),
        ("/provider/oidc/endpoints/end_session", json!(format!("http://op.example.com/?key={MARK}"))),
        ("/provider/oidc/endpoints/end_session", json!(format!("https://u:{MARK}@op.example.com/"))),
    ]
    .into_iter()
    .enumerate()
    {
        let mut wrong = json!({
            "client_id": "rp", "home": "server", "client_secret": "x", "redirect_uris": [],
            "provider": {"oidc": {"issuer": "https://op.example.com", "endpoints": {"end_session": null}}},
            "layout": {"prefix": {"prefix": "s", "separator": ":"}}
        });
        *wrong.pointer_mut(pointer).unwrap() = value;
        let wrong: ClientConfig = serde_json::from_value(wrong).unwrap();
        let error =
            host(Script::default()).client(wrong).err().unwrap_or_else(|| panic!("{at}: {pointer} was accepted"));
        printed.error(&format!("{at}: {pointer}"), &error);
    }
    printed.assert_clean();
}

/// ATT-42: nor what the host says of its own.
#[test]
fn what_a_host_says_when_it_fails_goes_nowhere() {
    let kinds: [fn(String) -> HostError; 6] = [
        |reason| HostError::Unavailable { reason },
        |reason| HostError::Offline { reason },
        |reason| HostError::TimeExpired { reason },
        |reason| HostError::Insecure { reason },
        |reason| HostError::BadAnswer { reason },
        |reason| HostError::Broken { reason },
    ];
    let mut printed = Printed::default();
    for kind in kinds {
        printed.add("host error", &kind(MARK.to_owned()));
        let failing = || Arc::new(Quoting(kind));
        let locked = LogoutClient::new(config("device"), failing(), None, Some(failing()), Vec::new()).unwrap();
        printed.error("a failing store", &locked.sign_out(&request()).unwrap_err());
        printed.error("a failing store, asked", &locked.pending(None).unwrap_err());
        let host = host(Script::default());
        let mut discovering = config("device");
        discovering.provider = serde_json::from_value(json!({"oidc": {"issuer": "https://op.example.com"}})).unwrap();
        for config in [config("device"), discovering] {
            let client =
                LogoutClient::new(config, host.store.clone(), Some(failing()), Some(failing()), Vec::new()).unwrap();
            let outcome = client.sign_out(&request()).unwrap();
            printed.add("a failing browser and network", &outcome);
            if let Err(error) = client.proof(&outcome.id) {
                printed.error("a failing lookup", &error);
            }
            host.store.time_passes(25 * 60 * 60);
            client.resume(100).unwrap();
            assert!(!records(&host).contains(MARK), "{}", records(&host));
        }
    }
    printed.assert_clean();
}

#[test]
fn no_value_that_carries_a_secret_prints_it() {
    let mut printed = Printed::default();
    let secret = || Secret::from(MARK);
    let header = Header { name: "cookie".to_owned(), value: secret() };
    let entry = Entry { key: "k".to_owned(), value: secret(), protect: true };
    let require = Requirement { key: "k".to_owned(), value: Some(secret()) };
    printed.add("secret", &secret());
    printed.debug("secrets", &vec![Some(secret())]);
    printed.add("parameter", &Parameter { name: "n".to_owned(), value: secret() });
    printed.add("header", &header);
    printed.add("entry", &entry);
    printed.add("requirement", &require);
    printed.add("change", &Change { require: vec![require], write: vec![entry], remove: Vec::new() });
    printed.add("answer", &HttpAnswer { status: 200, headers: vec![header], body: MARK.as_bytes().to_vec() });
    printed.add("hints", &read_id_token_unverified(&Secret::from(own_token())).unwrap());
    printed.assert_clean();
    // The search itself finds what is shown.
    printed.texts.push(("planted".to_owned(), format!("a {MARK}-token in the middle")));
    printed.drawn.push("0123456789".to_owned());
    printed.texts.push(("planted".to_owned(), "state=d.id.0123456789".to_owned()));
    assert_eq!(printed.leaks().len(), 2);
}
