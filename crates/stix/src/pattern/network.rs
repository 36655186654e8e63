//! Addresses and networks of IPv4 and IPv6, for `ISSUBSET` and `ISSUPERSET`.

use core::net::IpAddr;

/// A network: all addresses that share its first bits. A single address is one of full length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Network {
    pub(super) is_v6: bool,
    /// The address, moved to the upper end of the number.
    bits: u128,
    /// How many of the bits count.
    pub(super) length: u8,
}

impl Network {
    /// Reads an address, or an address and a prefix length after a slash.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (bits, full, is_v6) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32, false),
            IpAddr::V6(address) => (u128::from(address), 128, true),
        };
        let length = match prefix {
            None => full,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|length| *length <= full)?
            }
            Some(_) => return None,
        };
        Some(Self { is_v6, bits, length })
    }

    /// Whether every address of this network is one of the other.
    pub(super) fn is_within(self, other: Self) -> bool {
        let mask = mask(other.length);
        self.is_v6 == other.is_v6
            && self.length >= other.length
            && self.bits & mask == other.bits & mask
    }

    /// The network of this length that this one is in, without the bits that do not count.
    pub(super) fn masked(self, length: u8) -> Self {
        Self { bits: self.bits & mask(length), length, ..self }
    }

    /// The first and the last that can lie within, in order.
    pub(super) fn ends(self) -> (Self, Self) {
        let mask = mask(self.length);
        let first = Self { bits: self.bits & mask, length: 0, ..self };
        (first, Self { bits: self.bits | !mask, length: u8::MAX, ..self })
    }
}

fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(inner: &str, outer: &str) -> bool {
        Network::parse(inner).unwrap().is_within(Network::parse(outer).unwrap())
    }

    #[test]
    fn a_network_holds_what_shares_its_first_bits() {
        assert!(within("198.51.100.7", "198.51.100.0/24"));
        assert!(within("198.51.100.0/25", "198.51.100.200/24"));
        assert!(!within("198.51.100.0/23", "198.51.100.0/24"));
        assert!(!within("198.51.101.1", "198.51.100.0/24"));
        assert!(within("10.0.0.1", "0.0.0.0/0"));
        assert!(within("10.0.0.1/32", "10.0.0.1"));
        assert!(within("2001:db8::1", "2001:db8::/32"));
        assert!(!within("2001:db9::1", "2001:db8::/32"));
        assert!(within("2001:db8::1", "::/0"));
        assert!(!within("10.0.0.1", "::/0"));
    }

    #[test]
    fn other_texts_are_no_networks() {
        for text in [
            "",
            "/",
            "1.2.3",
            "1.2.3.4/",
            "1.2.3.4/33",
            "1.2.3.4/-1",
            "::/129",
            "::/+1",
            "a/8",
            "1.2.3.4/8/8",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
