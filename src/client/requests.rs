//! Requests that need no browser: the direct call, and the revocations. Each is best effort and ends as a reason; what may
//! still succeed later is kept for `resume`.

use super::discover::Lookup;
use super::run::Run;
use super::{LogoutClient, entropy};
use crate::account::{Token, TokenKind};
use crate::asked::check_opaque;
use crate::direct_call;
use crate::host::{HostError, HttpAnswer};
use crate::outcome::{Failure, RevocationStatus, SessionStatus};
use crate::pending::Record;
use crate::plan::{OwnedToken, PlannedCall};
use crate::planning::{about_metadata, refused_metadata};
use crate::provider::row::{Endpoint, Row, endpoint_url};
use crate::provider_words;
use crate::revocation;
use crate::secret::Secret;
use crate::unfinished::{Revoking, is_due, pause};

impl LogoutClient {
    /// Ends the session by a direct request, if one is due. Answers whether the sign-out is still this runner's.
    pub(super) fn call(&self, run: &mut Run<'_>) -> bool {
        let now = entropy::now();
        let Some(calling) = run.record.call.clone().filter(|calling| is_due(calling.next_at, now)) else {
            return true;
        };
        if !run.save() {
            return false;
        }
        let row = self.row_of(&run.record).map(std::borrow::Cow::into_owned);
        let Some(call) = row.as_ref().and_then(|row| row.direct.clone()).filter(|call| call.enabled) else {
            run.change(|record| {
                record.call = None;
                record.provider = SessionStatus::Failed { because: Failure::NoEndpoint };
            });
            return run.save();
        };
        let planned =
            PlannedCall { call, account: calling.account.clone(), kind: calling.kind, token: calling.token.clone() };
        let request = direct_call::call(&self.config, &planned, self.row.public_addresses_only);
        let answer = self.send(request);
        let (provider, told) = direct_call::read(&planned, answer.as_ref());
        let told = told.unless_repeated(&self.secrets_of(&run.record));
        let again = direct_call::may_succeed_later(provider).then(|| {
            let now = entropy::now();
            let next_at = now.saturating_add(pause(calling.tries, answer.as_ref().ok(), now));
            crate::unfinished::Calling { tries: calling.tries.saturating_add(1), next_at, ..calling }
        });
        run.change(move |record| {
            record.provider = provider;
            record.provider_error.clone_from(&told.code);
            record.provider_message.clone_from(&told.message);
            // Struck by a sign-in in the meantime, it is not sent again.
            record.call = record.call.take().and(again.clone());
        });
        run.save()
    }

    /// What a provider was sent, or may have been.
    fn secrets_of(&self, record: &Record) -> Vec<Secret> {
        record.secrets().chain(&self.config.client_secret).cloned().collect()
    }

    /// Revokes what is due, refresh tokens first (REV-06). No failure stops the next.
    pub(super) fn revoke(&self, run: &mut Run<'_>, lookup: &mut Lookup) {
        let now = entropy::now();
        if !run.record.revocations.iter().any(|one| one.is_due(now)) {
            return;
        }
        let Some(row) = self.row_of(&run.record).map(std::borrow::Cow::into_owned) else {
            run.change(move |record| {
                record.revocations.iter_mut().filter(|one| one.is_due(now)).for_each(|one| one.put_off(now, None));
            });
            run.save();
            return;
        };
        let endpoint = match &row.revocation {
            Endpoint::Known(address) => Ok(Some(address.clone())),
            Endpoint::Missing => Ok(None),
            Endpoint::Discovered => self.metadata_once(lookup).map(|metadata| {
                let said = about_metadata(&metadata);
                run.change(move |record| record.learn(said.clone()));
                metadata.revocation
            }),
        };
        if let Err(error) = &endpoint {
            let said = refused_metadata(error);
            run.change(move |record| record.learn(said.clone()));
        }
        let endpoint = endpoint.map(|known| known.filter(|address| endpoint_url(address).is_ok()));
        let secrets = self.secrets_of(&run.record);
        let mut wish = lookup.wish.take();
        let endpoint = endpoint.map_err(|_| lookup.refusal());
        for at in 0..run.record.revocations.len() {
            let Some(one) = run.record.revocations.get(at).filter(|one| one.is_due(now)).cloned() else {
                continue;
            };
            // REV-04: one token of an unsupported kind tells about the others.
            let unsupported = run
                .record
                .revocations
                .iter()
                .any(|known| known.kind == one.kind && known.status == RevocationStatus::Unsupported);
            let endpoint = endpoint.as_ref().map(Option::as_deref).map_err(|refusal| *refusal);
            let done = if row.revocations.cascades && died(&run.record, &one) {
                Revoking { status: RevocationStatus::Revoked, token: None, ..one }
            } else {
                self.revoke_one(&row, endpoint, unsupported, &one, &mut wish)
            };
            let provider_error = provider_words::unless_repeated(done.provider_error.clone(), &secrets);
            let done = Revoking { provider_error, ..done };
            run.change(move |record| {
                if let Some(known) = record.revocations.get_mut(at) {
                    known.clone_from(&done);
                }
            });
            if !run.save() {
                break;
            }
        }
        lookup.wish = wish;
    }

    fn revoke_one(
        &self,
        row: &Row,
        endpoint: Result<Option<&str>, Option<&HttpAnswer>>,
        unsupported: bool,
        one: &Revoking,
        wish: &mut Option<HttpAnswer>,
    ) -> Revoking {
        let ended = |status| Revoking { status, token: None, ..one.clone() };
        let later = |provider_error, answer: Option<&HttpAnswer>| {
            let mut later = Revoking { provider_error, ..one.clone() };
            later.put_off(entropy::now(), answer);
            later
        };
        let Some(value) = one.token.clone() else {
            return one.clone();
        };
        let address = match endpoint {
            Err(refusal) => return later(None, refusal),
            Ok(Some(address)) if !unsupported => address,
            Ok(_) => return ended(RevocationStatus::Unsupported),
        };
        // A cached token that cannot go into a form stays alive.
        if check_opaque(&value).is_err() {
            return ended(RevocationStatus::Uncertain);
        }
        // A server that wants to be left alone is not asked for the next token either.
        if let Some(answer) = wish {
            return later(None, Some(answer));
        }
        let owned = OwnedToken { account: one.account.clone(), token: Token { kind: one.kind, value } };
        let dialect = row.revocations.dialect;
        let call = revocation::call(&self.config, dialect, address, &owned, row.public_addresses_only);
        let answer: Result<HttpAnswer, HostError> = self.send(call);
        let read = revocation::read(dialect, &owned, answer.as_ref());
        let says_when =
            |answer: &HttpAnswer| matches!(answer.status, 429 | 503) && answer.header("retry-after").is_some();
        *wish = answer.as_ref().ok().filter(|answer| says_when(answer)).cloned();
        match read.status {
            RevocationStatus::Uncertain => later(read.provider_error, answer.as_ref().ok()),
            status => Revoking { provider_error: read.provider_error, ..ended(status) },
        }
    }
}

/// Whether an access token has died with the refresh token of its account (REV-06).
fn died(record: &Record, one: &Revoking) -> bool {
    let refresh = |known: &Revoking| known.kind == TokenKind::RefreshToken && known.status == RevocationStatus::Revoked;
    let owner = |known: &Revoking| !known.account.is_empty() && known.account == one.account;
    one.kind == TokenKind::AccessToken && record.revocations.iter().any(|known| refresh(known) && owner(known))
}
