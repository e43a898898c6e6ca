//! Which addresses are public, which are somebody's own network, and which are never asked.
//!
//! *Embedded addresses*: IPv6 has several ways to write an IPv4 address that is reached through it. Whatever a machine would
//! connect to counts, not how it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Anybody can reach it.
    Public,
    /// This machine, its network, or a network in between: only where that is wanted.
    Private,
    /// It hands out credentials, belongs to nobody or to everybody.
    Never,
}

/// What hands out the credentials of the machine it is asked from: of AWS (with containers and EKS), GCP, Azure, Alibaba, Oracle, Tencent, Volcengine, Scaleway.
const METADATA_V4: [Ipv4Addr; 6] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(169, 254, 0, 23),
    Ipv4Addr::new(100, 96, 0, 96),
    Ipv4Addr::new(169, 254, 42, 42),
];
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

/// Names of services that hand out credentials.
const METADATA_NAMES: [&str; 6] = [
    "metadata",
    "metadata.tencentyun.com",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
];
/// What manuals call hosts, and what no resolver has to be asked for.
const RESERVED_NAMES: [&str; 8] =
    ["example", "example.com", "example.net", "example.org", "invalid", "test", "onion", "alt"];
/// Where names are those of one network.
const OWN_NAMES: [&str; 11] =
    ["localhost", "localdomain", "local", "internal", "lan", "home", "corp", "intranet", "private", "home.arpa", "svc"];

/// How far a host may be asked by its name alone: lower case, without a dot at the end.
pub(super) fn of_name(name: &str) -> Reach {
    let under = |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if METADATA_NAMES.contains(&name) || RESERVED_NAMES.iter().any(under) {
        Reach::Never
    } else if !name.contains('.') || OWN_NAMES.iter().any(under) {
        Reach::Private
    } else {
        Reach::Public
    }
}

/// How far an address may be asked.
pub(super) fn of_address(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        _ if METADATA_V4.contains(&address) => Reach::Never,
        [169, 254, 169 | 170, _] => Reach::Never,
        // Linux takes it for the machine itself.
        [0, 0, 0, 0] => Reach::Private,
        [0, ..] => Reach::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [169, 254, ..] | [100, 64..=127, ..] => Reach::Private,
        // Documentation.
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Never,
        // Protocols, an old relay, benchmarks; local proxies hand out the last ones.
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Reach::Private,
        // To everybody, and what is not in use.
        [224..=255, ..] => Reach::Never,
        _ => Reach::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Reach {
    if METADATA_V6.contains(&address) {
        return Reach::Never;
    }
    let of_pair = |high: u16, low: u16| of_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Reach::Private,
        // Mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            of_pair(high, low)
        }
        // Ways of single networks: translated, compatible, NAT64 of their own, ISATAP; and Teredo, whose end is hidden in it.
        [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, _, _, _, _, high, low]
        | [.., 0 | 0x200, 0x5efe, high, low] => Reach::Private.max(of_pair(high, low)),
        [0x2001, 0, ..] => Reach::Private,
        // Documentation.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        // To everybody; to nobody.
        [0xff00..=0xffff, ..] | [0x100, ..] => Reach::Never,
        _ => Reach::Private,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(text: &str) -> Reach {
        of_address(text.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "169.253.1.1",
            "192.167.1.1",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert_eq!(reach(text), Reach::Public, "{text}");
        }
    }

    #[test]
    fn own_networks_are_private_however_they_are_written() {
        for text in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "198.18.0.1",
            "192.0.0.1",
            "::1",
            "::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "2002:7f00:1::",
            "2002:c0a8:1::1",
            "2001::1",
            "2600::5efe:a00:1",
            "fe80::5efe:808:808",
            "::8.8.8.8",
        ] {
            assert_eq!(reach(text), Reach::Private, "{text}");
        }
    }

    #[test]
    fn what_hands_out_credentials_is_never_asked() {
        for text in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "169.254.0.23",
            "169.254.42.42",
            "100.96.0.96",
            "fd00:42::42",
            "::ffff:169.254.0.23",
            "fd00:ec2::254",
            "fd20:ce::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "0.1.2.3",
            "ff02::1",
            "192.0.2.1",
            "203.0.113.9",
            "2001:db8::1",
            "100::1",
        ] {
            assert_eq!(reach(text), Reach::Never, "{text}");
        }
    }

    #[test]
    fn names_say_something_before_they_are_looked_up() {
        for (name, reach) in [
            ("api.relay.dev", Reach::Public),
            ("localhost.dev", Reach::Public),
            ("ollama", Reach::Private),
            ("localhost", Reach::Private),
            ("a.localhost", Reach::Private),
            ("litellm.default.svc", Reach::Private),
            ("litellm.default.svc.cluster.local", Reach::Private),
            ("gateway.corp", Reach::Private),
            ("metadata.google.internal", Reach::Never),
            ("metadata", Reach::Never),
            ("metadata.tencentyun.com", Reach::Never),
            ("localhost.localdomain", Reach::Private),
            ("api.example.com", Reach::Never),
            ("relay.test", Reach::Never),
            ("x.invalid", Reach::Never),
        ] {
            assert_eq!(of_name(name), reach, "{name}");
        }
    }
}
