//! Numbers that look random and are the same on every machine (splitmix64).

/// A generator of numbers that depend on nothing but its seed.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// A generator for one thing of one town.
    pub(super) fn new(seed: u64, thing: u64) -> Dice {
        let mut dice = Dice(seed ^ thing.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `sides - 1`; 0 when there are no sides.
    pub(super) fn roll(&mut self, sides: u32) -> u32 {
        let rolled = self.next() % u64::from(sides.max(1));
        // Smaller than a u32 by the line above.
        u32::try_from(rolled).unwrap_or(0)
    }

    /// One time in `times`.
    pub(super) fn one_in(&mut self, times: u32) -> bool {
        self.roll(times) == 0
    }

    /// One of `things`, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let sides = u32::try_from(things.len()).unwrap_or(u32::MAX);
        &things[usize::try_from(self.roll(sides)).unwrap_or(0)]
    }

    /// `length` letters and digits.
    pub(super) fn word(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        (0..length).map(|_| char::from(*self.pick(LETTERS))).collect()
    }
}
