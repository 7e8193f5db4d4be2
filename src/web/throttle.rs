//! How often somebody may try to sign in: so many wrong tries for a name and for an address, then a wait
//! that doubles. It is kept in memory; a name that nobody has is treated like any other.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tries for one name before the first wait.
const FOR_A_NAME: u32 = 5;
/// Tries from one address before the first wait; a whole office may share one.
const FROM_AN_ADDRESS: u32 = 20;
/// The first wait and the longest, in seconds.
const WAIT_S: (i64, i64) = (30, 900);
/// After so many seconds without a try all is forgotten.
const FORGET_S: i64 = 3600;
/// Names and addresses that are remembered at once; more in one hour is no office.
const REMEMBERED: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whom {
    Name(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last_s: i64,
    wait_until_s: i64,
}

/// Counts tries.
#[derive(Default)]
pub(super) struct Throttle {
    tries: Mutex<HashMap<Whom, Tries>>,
}

impl Throttle {
    /// Counts a try before it is known how it ends, so that many at once gain nothing.
    ///
    /// # Errors
    /// Seconds to wait; the try does not count and must not be made.
    pub(super) fn admit(&self, name: &str, from: IpAddr, now_s: i64) -> Result<(), i64> {
        let mut tries = self.lock();
        tries.retain(|_, tries| (0..FORGET_S).contains(&(now_s - tries.last_s)) || tries.wait_until_s > now_s);
        let whom = whom(name, from);
        let wait_s = |one: &Whom| tries.get(one).map_or(0, |tries| tries.wait_until_s - now_s);
        let wait_s = whom.iter().map(wait_s).max().unwrap_or(0);
        if wait_s > 0 {
            return Err(wait_s);
        }
        if tries.len() + whom.len() > REMEMBERED {
            return Err(WAIT_S.0);
        }
        for one in whom {
            let free = if matches!(one, Whom::Name(_)) { FOR_A_NAME } else { FROM_AN_ADDRESS };
            let tries = tries.entry(one).or_insert(Tries { count: 0, last_s: now_s, wait_until_s: 0 });
            tries.count = tries.count.saturating_add(1);
            tries.last_s = now_s;
            tries.wait_until_s = now_s + wait_after(tries.count, free);
        }
        Ok(())
    }

    /// The try was right: the name is free again, and the address has one try less.
    pub(super) fn forgive(&self, name: &str, from: IpAddr) {
        let mut tries = self.lock();
        for one in whom(name, from) {
            match one {
                Whom::Name(_) => drop(tries.remove(&one)),
                Whom::Address(_) => {
                    if let Some(tries) = tries.get_mut(&one) {
                        tries.count = tries.count.saturating_sub(1);
                        tries.wait_until_s = 0;
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Whom, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds to wait after the try of that number.
fn wait_after(count: u32, free: u32) -> i64 {
    match count.checked_sub(free) {
        None => 0,
        Some(more) => (WAIT_S.0 << more.min(10)).min(WAIT_S.1),
    }
}

/// Whoever has one IPv6 address has a whole net of them (RFC 6177).
fn whom(name: &str, from: IpAddr) -> [Whom; 2] {
    let from = match from {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 => v4,
    };
    [Whom::Name(name.chars().take(crate::access::LONGEST_NAME).collect()), Whom::Address(from)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_has_five_tries_then_waits_that_double_up_to_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        let mut now_s = 0;
        let mut waits = Vec::new();
        for n in 0..12 {
            // Every try from somewhere else.
            let from = ip(&format!("10.0.0.{n}"));
            if let Err(wait_s) = throttle.admit("张三", from, now_s) {
                waits.push(wait_s);
                now_s += wait_s;
                assert_eq!(throttle.admit("张三", from, now_s), Ok(()));
            }
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(throttle.admit("李四", ip("10.0.0.1"), now_s), Ok(()), "disturbs no other");
        assert_eq!(throttle.admit("张三", ip("10.0.0.1"), now_s + FORGET_S + 900), Ok(()));
    }

    #[test]
    fn an_address_has_twenty_for_all_names_and_a_net_counts_as_one() {
        let throttle = Throttle::default();
        for n in 0..20_u32 {
            let from = ip(&format!("2001:db8::{n:x}"));
            assert_eq!(throttle.admit(&format!("用户{n}"), from, 0), Ok(()), "{n}");
        }
        assert_eq!(throttle.admit("另一个", ip("2001:db8::ffff"), 0), Err(30));
        assert_eq!(throttle.admit("另一个", ip("2001:db8:0:1::1"), 0), Ok(()));
    }

    #[test]
    fn whoever_is_right_is_forgiven() {
        let throttle = Throttle::default();
        for _ in 0..50 {
            assert_eq!(throttle.admit("张三", ip("10.0.0.1"), 0), Ok(()));
            throttle.forgive("张三", ip("10.0.0.1"));
        }
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let throttle = Throttle::default();
        let many = (0..REMEMBERED as u32).map(|n| throttle.admit(&n.to_string(), IpAddr::from(n.to_be_bytes()), 0));
        assert_eq!(many.filter(Result::is_ok).count(), REMEMBERED / 2);
        assert_eq!(throttle.admit("张三", ip("10.9.9.9"), FORGET_S), Ok(()));
    }
}
