//! The built-in transport, on ureq and rustls: no redirects, TLS only, bounded in time and bytes.

use std::sync::Arc;

use crate::host::HttpTransport;

/// The built-in transport, if this build has one (feature `http`): for a host that wraps it, or tries it.
#[cfg(not(feature = "http"))]
pub fn built_in() -> Option<Arc<dyn HttpTransport>> {
    None
}

/// The built-in transport, if this build has one (feature `http`): for a host that wraps it, or tries it.
#[cfg(feature = "http")]
pub fn built_in() -> Option<Arc<dyn HttpTransport>> {
    Some(Arc::new(ureq_transport::UreqTransport::default()))
}

#[cfg(feature = "http")]
mod ureq_transport {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::time::Duration;

    use once_cell::sync::OnceCell;
    use ureq::Agent;
    use ureq::http::Uri;
    use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
    use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

    use crate::host::{Header, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport};
    use crate::provider::row::endpoint_url;
    use crate::secret::Secret;

    #[derive(Default)]
    pub(super) struct UreqTransport {
        anywhere: OnceCell<Agent>,
        public_only: OnceCell<Agent>,
    }

    impl HttpTransport for UreqTransport {
        fn send(&self, call: HttpCall) -> Result<HttpAnswer, HostError> {
            if endpoint_url(call.url.reveal()).is_err() {
                return Err(HostError::Insecure { reason: "not https and not loopback".to_owned() });
            }
            let cell = if call.public_addresses_only { &self.public_only } else { &self.anywhere };
            let agent = cell.get_or_try_init(|| agent(call.public_addresses_only))?;
            let answer = exchange(agent, &call).map_err(|error| reason(&error))?;
            if is_compressed(&answer)
                || i64::try_from(answer.body.len()).map_or(true, |length| length > call.max_body_bytes)
            {
                return Err(HostError::BadAnswer { reason: String::new() });
            }
            Ok(answer)
        }
    }

    fn agent(public_only: bool) -> Result<Agent, HostError> {
        let config = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let resolver = Guarded { public_only, inner: DefaultResolver::default() };
        Ok(Agent::with_parts(config, DefaultConnector::default(), resolver))
    }

    fn exchange(agent: &Agent, call: &HttpCall) -> Result<HttpAnswer, ureq::Error> {
        let milliseconds = |ms: i64| Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0).max(1)));
        // A little more, to tell a body of exactly the limit from a larger one.
        let limit = u64::try_from(call.max_body_bytes).unwrap_or(0).saturating_add(2);
        let mut answer = match call.method {
            HttpMethod::Get => {
                let mut request = agent.get(call.url.reveal());
                for header in &call.headers {
                    request = request.header(&header.name, header.value.reveal());
                }
                request
                    .config()
                    .timeout_connect(milliseconds(call.connect_timeout_ms))
                    .timeout_global(milliseconds(call.timeout_ms))
                    .build()
                    .call()?
            }
            HttpMethod::Post | HttpMethod::Delete => {
                let mut request = match call.method {
                    HttpMethod::Delete => agent.delete(call.url.reveal()).force_send_body(),
                    HttpMethod::Get | HttpMethod::Post => agent.post(call.url.reveal()),
                };
                for header in &call.headers {
                    request = request.header(&header.name, header.value.reveal());
                }
                let body = call.body.as_ref().map(Secret::reveal).unwrap_or_default();
                request
                    .config()
                    .timeout_connect(milliseconds(call.connect_timeout_ms))
                    .timeout_global(milliseconds(call.timeout_ms))
                    .build()
                    .send(body)?
            }
        };
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| {
                Some(Header { name: name.as_str().to_owned(), value: Secret::from(value.to_str().ok()?) })
            })
            .collect();
        let status = i32::from(answer.status().as_u16());
        let body = answer.body_mut().with_config().limit(limit).read_to_vec()?;
        Ok(HttpAnswer { status, headers, body })
    }

    /// No compression was asked for, so a compressed body is a trap (ATT-83).
    fn is_compressed(answer: &HttpAnswer) -> bool {
        answer.header("content-encoding").is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity"))
    }

    /// The kind of failure; ureq's own text may quote the address and is left behind.
    fn reason(error: &ureq::Error) -> HostError {
        let reason = String::new();
        match error {
            ureq::Error::Timeout(_) => HostError::TimeExpired { reason },
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HostError::Offline { reason },
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => HostError::Insecure { reason },
            // What the system itself forbids (a firewall) comes without it.
            ureq::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<NotPublic>()) => {
                HostError::Insecure { reason }
            }
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => HostError::Insecure { reason },
            // It broke off after connecting: what was sent may have arrived.
            ureq::Error::Io(error) if broke_off(error.kind()) => HostError::BadAnswer { reason },
            ureq::Error::Io(_) => HostError::Offline { reason },
            _ => HostError::BadAnswer { reason },
        }
    }

    fn broke_off(kind: std::io::ErrorKind) -> bool {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    }

    /// Refuses addresses of this machine and of private networks after the name was resolved (DISC-07, ATT-82).
    #[derive(Debug)]
    struct Guarded {
        public_only: bool,
        inner: DefaultResolver,
    }

    impl Resolver for Guarded {
        fn resolve(
            &self,
            uri: &Uri,
            config: &ureq::config::Config,
            timeout: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let addresses = self.inner.resolve(uri, config, timeout)?;
            if self.public_only && addresses.iter().any(|address| !is_public(address.ip())) {
                return Err(ureq::Error::Io(std::io::Error::other(NotPublic)));
            }
            Ok(addresses)
        }
    }

    /// The name leads to an address that may not be spoken to.
    #[derive(Debug, thiserror::Error)]
    #[error("not a public address")]
    struct NotPublic;

    fn is_public(address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                let shared = a == 100 && (64..128).contains(&b);
                let measured = a == 198 && (b == 18 || b == 19);
                !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast())
                    && a != 0
                    && a < 240
                    && !shared
                    && !measured
            }
            IpAddr::V6(v6) => match embedded(v6) {
                Some(v4) => is_public(IpAddr::V4(v4)),
                None => !(v6.is_loopback() || v6.is_multicast() || v6 == Ipv6Addr::UNSPECIFIED || is_local(v6)),
            },
        }
    }

    /// The IPv4 address that a connection ends at: mapped or compatible, by NAT64 (64:ff9b::/96) or by 6to4 (2002::/16).
    fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
        let [a, b, c, d, e, f, g, h] = address.segments();
        let joined = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
        match (a, b) {
            (0x64, 0xFF9B) if [c, d, e, f] == [0; 4] => Some(joined(g, h)),
            (0x2002, _) => Some(joined(b, c)),
            _ => address.to_ipv4(),
        }
    }

    /// fc00::/7 and fe80::/10.
    fn is_local(address: Ipv6Addr) -> bool {
        let [first, ..] = address.segments();
        first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80
    }

    #[cfg(test)]
    mod tests {
        use super::is_public;

        #[test]
        fn public_addresses_are_not_refused() {
            let public =
                ["1.1.1.1", "100.63.0.1", "100.128.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1"];
            let behind = ["64:ff9b::101:101", "2002:101:101::1", "::ffff:1.1.1.1"];
            for text in public.into_iter().chain(behind) {
                assert!(is_public(text.parse().unwrap()), "{text}");
            }
        }
    }
}
