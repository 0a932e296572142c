//! A return without a state of ours: it is matched only where the provider echoes none.

use super::LogoutClient;
use super::complete::Returned;
use crate::cache::Leaver;
use crate::error::LogoutError;
use crate::keys;
use crate::outcome::NotOursReason;
use crate::pending::{Journey, Record};
use crate::provider::parameters::Carries;
use crate::redirect_uri::returned_to;
use crate::secret::Secret;

impl LogoutClient {
    /// The sign-out that a return belongs to: on a server the one of the browser's ticket, on a device the single one
    /// that waits for this address (PLR-01). Else nothing is matched, and what is said depends on whether anything waits
    /// (PLR-02, PLR-09).
    pub(super) fn by_address(
        &self,
        returned: &Returned<'_>,
        ticket: Option<&Secret>,
        now: i64,
    ) -> Result<Result<String, NotOursReason>, LogoutError> {
        let known = self.registered.iter().chain(&self.config.redirect_uri).any(|uri| returned_to(uri, returned.url));
        if !known && self.row.allow_list.is_none() {
            return Ok(Err(NotOursReason::OtherAddress));
        }
        let unmatched = match returned.state {
            Some(_) => NotOursReason::WrongState,
            None => NotOursReason::MissingState,
        };
        if self.is_server() {
            let id = ticket.and_then(|ticket| keys::identify(ticket.reveal())).map(|(id, _)| id.to_owned());
            return Ok(id.filter(|_| !self.row.parameters.carry(Carries::State)).ok_or(unmatched));
        }
        let records = self.records(&self.keys.scope(&Leaver::Everyone)).map_err(super::store::before)?;
        let here = |journey: &Journey| {
            !journey.echoes && !journey.is_late(now) && returned_to(&journey.redirect_uri, returned.url)
        };
        let fits = |record: &&Record| record.logout.as_ref().is_some_and(here);
        let ours: Vec<&Record> = records.iter().map(|stored| &stored.record).filter(fits).collect();
        let live: Vec<&&Record> = ours.iter().filter(|record| record.is_waiting()).collect();
        match (live.as_slice(), ours.iter().max_by_key(|record| record.issued_at)) {
            ([one], _) => Ok(Ok(one.id.clone())),
            // Two wait for the same address, and nothing tells which of them this is.
            ([_, _, ..], _) => Ok(Err(unmatched)),
            ([], Some(last)) => Ok(Ok(last.id.clone())),
            ([], None) if !known => Ok(Err(NotOursReason::OtherAddress)),
            ([], None) if self.pending(None)?.is_empty() => Ok(Err(NotOursReason::NothingPending)),
            ([], None) => Ok(Err(unmatched)),
        }
    }
}
