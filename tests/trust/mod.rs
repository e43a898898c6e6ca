//! Changes by strangers: whatever they write into the tree lets nothing pass, and what the team has written before does.

mod modes;
mod refused;
mod stranger;
mod team;
