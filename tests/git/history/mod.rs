//! `--history`: wherever in a repository a key is, it is found, with the right path, commit and exposure. Each scene
//! plants one key, and no format shows it.

mod borrowed;
mod commits;
mod copies;
mod files;
mod objects;
mod packs;
mod texts;
mod tree;
