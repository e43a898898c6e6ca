//! Packs that git would never write: differences that lead in circles, lie about sizes or never end.

use crate::git::pack::{Entry, Pack, copy, delta, id_of, insert};
use crate::git::scene::{Expect, Place, scenes};

use super::gone;

scenes! {
    everywhere

    fn differences_in_a_circle(scene) {
        let (repo, expect) = gone(scene);
        let (first, second) = ("1".repeat(40), "2".repeat(40));
        let mut pack = Pack::default();
        pack.claim(&first, Entry::Of(second.clone(), delta(4, 4, &copy(0, 4))));
        pack.claim(&second, Entry::Of(first, delta(4, 4, &copy(0, 4))));
        pack.add("blob", "harmless");
        pack.write(&repo);
        expect.skipped("damaged-object")
    }

    fn difference_to_itself(scene) {
        let (repo, expect) = gone(scene);
        let id = "1".repeat(40);
        let mut pack = Pack::default();
        pack.claim(&id, Entry::Of(id.clone(), delta(4, 4, &copy(0, 4))));
        pack.claim(&"2".repeat(40), Entry::Before(0, delta(4, 4, &copy(0, 4))));
        pack.write(&repo);
        expect.skipped("damaged-object")
    }

    fn difference_to_what_is_before_the_pack(scene) {
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        pack.add("blob", "harmless");
        for (index, distance) in [1, 5, 1000, u64::MAX / 4].into_iter().enumerate() {
            let id = index.to_string().repeat(40);
            pack.claim(&id, Entry::Before(distance, delta(4, 4, &copy(0, 4))));
        }
        pack.write(&repo);
        expect.skipped("damaged-object")
    }

    fn difference_to_what_no_pack_holds(scene) {
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        pack.claim(&"1".repeat(40), Entry::Of("2".repeat(40), delta(4, 4, &copy(0, 4))));
        pack.write(&repo);
        expect.incomplete()
    }

    fn difference_that_lies_about_sizes(scene) {
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        let base = pack.next();
        pack.add("blob", "harmless text");
        let lies = [(13, 1 << 62, 13), (13, 1 << 36, 13), (1 << 40, 13, 13), (13, 4, 13), (13, 13, 4), (0, 0, 13)];
        for (index, (from, to, length)) in lies.into_iter().enumerate() {
            let id = index.to_string().repeat(40);
            pack.claim(&id, Entry::Before(pack.next() - base, delta(from, to, &copy(0, length))));
        }
        pack.write(&repo);
        expect.incomplete()
    }

    fn difference_that_copies_from_beyond(scene) {
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        let base = pack.next();
        pack.add("blob", "harmless text");
        let steps = [copy(0xffff_fff0, 13), copy(12, 13), vec![0; 13], vec![0x7f, 1, 2], vec![0xff], Vec::new()];
        for (index, steps) in steps.into_iter().enumerate() {
            let id = index.to_string().repeat(40);
            pack.claim(&id, Entry::Before(pack.next() - base, delta(13, 13, &steps)));
        }
        pack.write(&repo);
        expect.skipped("damaged-object")
    }

    fn differences_that_multiply(scene) {
        // Sixteen kibibytes, then 16 MiB of copies, then 16 GiB, then 16 TiB.
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        let mut base = pack.next();
        pack.add("blob", vec![b'a'; 1 << 14]);
        let mut size = 1_u64 << 14;
        for index in 1..4 {
            let step = u32::try_from(size.min(1 << 23)).unwrap();
            let steps = copy(0, step).repeat(usize::try_from((size << 10) / u64::from(step)).unwrap().min(1 << 16));
            let result = (steps.len() as u64 / 8) * u64::from(step);
            let here = pack.next();
            pack.claim(&index.to_string().repeat(40), Entry::Before(here - base, delta(size, result, &steps)));
            (base, size) = (here, result);
        }
        pack.write(&repo);
        expect.incomplete()
    }

    fn a_very_long_chain(scene) {
        // Each version is its predecessor and one letter more; the last one holds the key.
        let repo = scene.repo();
        let mut pack = Pack::default();
        let mut text = "MODE=fast\n".to_owned();
        let mut base = pack.next();
        pack.add("blob", text.clone());
        for version in 0..20_000 {
            let mut next = text.clone();
            let add = format!("{}\n", version % 10);
            next.replace_range(10.., &add);
            let steps = [copy(0, 10), insert(add.as_bytes())].concat();
            let here = pack.next();
            let id = format!("{version:040x}");
            pack.claim(&id, Entry::Before(here - base, delta(text.len() as u64, next.len() as u64, &steps)));
            (base, text) = (here, next);
        }
        let next = format!("MODE=fast\n{}", scene.line());
        let steps = [copy(0, 10), insert(scene.line().as_bytes())].concat();
        let patch = delta(text.len() as u64, next.len() as u64, &steps);
        let id = id_of("blob", next.as_bytes());
        pack.claim(&id, Entry::Before(pack.next() - base, patch));
        pack.write(&repo);
        assert_eq!(repo.git(&["cat-file", "blob", &id]), next.trim_end());
        Expect::gone(&repo).at(Place::new("history").no_commit()).perhaps_incomplete()
    }
}
