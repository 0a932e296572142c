//! What the core does: one behaviour a file, named as the behaviour. One program, since forty would link ten times as long.
#![allow(
    unreachable_pub, // a program has no outside
    clippy::unwrap_used, // what is no test here serves tests
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout, // the counts that must be equal in every language
    clippy::print_stderr
)]

mod a_cancel_from_inside_the_call_stands;
mod a_claim_comes_first;
mod a_clear_that_breaks_off_is_told;
mod a_providers_error_repeats_nothing;
mod a_store_is_checked;
mod addresses_are_built_as_observed;
mod cases;
mod claims_are_respected;
mod clients_share_one_store;
mod documents_are_kept;
mod dynamic_issuers_stay_outside;
mod errors_belong_to_their_answer;
mod events_name_the_request;
mod fixed_hosts_take_what_is_sent;
mod idempotent;
mod imports_go_one_way;
mod index_is_set_right;
mod interrupted_clears_are_finished;
mod long_addresses;
mod nobody_else_is_signed_out;
mod nothing_is_pending_for_ever;
mod parsers_never_panic;
mod plan_is_pure;
mod planning_never_panics;
mod proprietary_endpoints_take_what_is_sent;
mod providers_stay_in_their_files;
mod readme_is_true;
mod records_are_set_aside;
mod renamed_state_comes_back;
mod resumes_share_the_work;
mod secrets_have_an_end;
mod secrets_never_show;
mod server_cost;
mod sign_outs_meet_faults;
mod sources_are_rules;
mod stores_are_cleared_as_observed;
mod surface_is_golden;
mod tampered_records_send_nothing;
mod the_clear_comes_first;
mod threads_agree;
mod time_passes;
mod transport;
mod transport_faults;
mod what_is_run_twice_is_run_once;

// What they stand on.
#[path = "interleaved/app.rs"]
mod app;
mod faulty;
mod loopback;
#[path = "../map_store/mod.rs"]
mod map_store;
mod planted_secrets;
mod scripted;
mod source_text;
mod strict_provider;
mod untrusted;
mod vectors_support;

// The worlds of the crash harness, which has more use for them.
#[allow(dead_code)]
#[path = "../crash/once.rs"]
mod once;
#[allow(dead_code)]
#[path = "../crash/process.rs"]
mod process;
#[allow(dead_code)]
#[path = "../crash/row.rs"]
mod row;
#[allow(dead_code)]
#[path = "../crash/scenario.rs"]
mod scenario;
#[allow(dead_code)]
#[path = "../crash/sessions.rs"]
mod sessions;
#[allow(dead_code)]
#[path = "../crash/world.rs"]
mod world;
