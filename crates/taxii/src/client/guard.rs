//! Which addresses may be asked.
//!
//! A partner tells us an address, and a name server tells us where it lies: neither may make this
//! node talk to what stands beside it. So every address is judged after the name was resolved, and
//! the connection goes to the address that was judged. A host may lie elsewhere only if an
//! administrator allowed it by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether an address belongs to a host of the public Internet.
///
/// Not: what is private, shared by a carrier's customers, of this machine or this link, for
/// documents, benchmarks or many receivers, reserved; metadata services, which lie on the link;
/// and what holds such an IPv4 address within an IPv6 one (IANA's special-purpose registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let inner =
        |high: u16, low: u16| is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match segments {
        // Translated to IPv4 (RFC 6052), and tunnelled in it (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => inner(high, low),
        // Teredo, ORCHID and others for protocols, and for documents.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // What is given to hosts at all. The rest is of this machine or link, mapped, local to a
        // site, for many receivers, or not given to anybody.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

/// An address that may not be asked.
#[derive(Debug, thiserror::Error)]
#[error("it lies at {address}, which is not a public address")]
pub(super) struct NotPublic {
    pub(super) address: IpAddr,
}

/// Resolves names to addresses that may be asked, and to no others.
pub(super) struct Guard {
    /// The host that may lie anywhere.
    pub(super) allowed: Option<String>,
}

impl Guard {
    /// Whether the host is the one that may lie anywhere.
    pub(super) fn allows(&self, host: &str) -> bool {
        self.allowed.as_deref().is_some_and(|allowed| same_host(allowed, host))
    }
}

/// Whether two spellings name one host: case, a last dot and the brackets of IPv6 tell nothing.
fn same_host(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.strip_suffix('.').unwrap_or(text);
        text.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
    };
    plain(one) == plain(other)
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let is_allowed = self.allows(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            let may_be_asked = |at: &SocketAddr| is_allowed || is_public(at.ip());
            let good: Vec<SocketAddr> = found.iter().copied().filter(may_be_asked).collect();
            match found.first() {
                Some(first) if good.is_empty() => Err(NotPublic { address: first.ip() }.into()),
                _ => Ok(Box::new(good.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_hosts_of_the_public_internet_are_public() {
        for public in [
            "1.1.1.1",
            "9.9.9.9",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "193.0.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for other in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:1.1.1.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(other.parse().unwrap()), "{other}");
        }
    }

    proptest! {
        /// Whatever the form in which an IPv4 address is written within an IPv6 one, nothing is
        /// asked that would not be asked by itself.
        #[test]
        fn no_form_of_an_address_is_a_way_round(bits: u32) {
            let inner = Ipv4Addr::from(bits);
            let [a, b, c, d] = inner.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let forms = [
                inner.to_ipv6_mapped(),
                inner.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ];
            for form in forms {
                prop_assert!(!is_public(form.into()) || is_public(inner.into()), "{form}");
            }
            let std_agrees = inner.is_private() || inner.is_loopback() || inner.is_link_local()
                || inner.is_multicast() || inner.is_broadcast() || inner.is_documentation()
                || inner.is_unspecified();
            prop_assert!(!std_agrees || !is_public(inner.into()));
        }

        #[test]
        fn the_standard_library_agrees_on_ipv6(bits: u128) {
            let address = Ipv6Addr::from(bits);
            let special = address.is_loopback() || address.is_unspecified()
                || address.is_multicast() || address.is_unicast_link_local()
                || address.is_unique_local() || address.to_ipv4_mapped().is_some();
            prop_assert!(!special || !is_public(address.into()));
        }
    }

    #[tokio::test]
    async fn a_name_leads_only_to_addresses_that_may_be_asked() {
        let resolve = |allowed: Option<&str>| {
            let guard = Guard { allowed: allowed.map(str::to_owned) };
            guard.resolve("localhost".parse().unwrap())
        };
        let Err(refused) = resolve(None).await else { panic!("it is this machine") };
        assert!(refused.downcast_ref::<NotPublic>().is_some(), "{refused}");
        assert!(resolve(Some("elsewhere.example")).await.is_err());
        assert!(resolve(Some("LOCALHOST.")).await.is_ok_and(|mut found| found.next().is_some()));
    }

    /// The whole way: a name that leads here is not asked, and that is said.
    #[tokio::test]
    async fn a_name_that_leads_beside_us_is_not_asked() {
        use crate::client::{Client, Config, Error};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let pin = Some("0".repeat(64).parse().unwrap());
        let client = Client::new(Config { url, pin, ..Config::default() }).unwrap();
        let asked = client.discovery().await;
        assert!(matches!(asked, Err(Error::NotPublic { .. })), "{asked:?}");
        let knocked = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
        assert!(knocked.is_err(), "nobody connected");
    }
}
