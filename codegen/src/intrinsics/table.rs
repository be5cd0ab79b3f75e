//! The table of intrinsics, grouped as in the library.

use super::{Extra, Intrinsic, Pass, Ret, Special};
use Extra::{Caller, Desc, Runner, Site};
use Pass::{Borrow as B, BorrowRef as BRef, Own, OwnRef};
use Ret::{Never, Value, Void};

macro_rules! table {
    ($($name:literal => $symbol:literal ($($arg:expr),*) [$($extra:expr),*] $ret:expr;)*) => {
        /// The intrinsic with this name.
        pub fn lookup(name: &str) -> Option<&'static Intrinsic> {
            Some(match name {
                $($name => {
                    static FOUND: Intrinsic =
                        Intrinsic { symbol: $symbol, args: &[$($arg),*], extra: &[$($extra),*], ret: $ret };
                    &FOUND
                })*
                _ => return None,
            })
        }

        #[cfg(test)]
        pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static Intrinsic)> {
            [$($name),*].into_iter().filter_map(|name| lookup(name).map(|found| (name, found)))
        }
    };
}

table! {
    "print_str" => "si_print_str" (B) [] Void;
    "int_of_float" => "si_int_of_float" (B) [Site] Value;
    "int_of_str" => "si_int_of_str" (B) [Site] Value;
    "int_of_byte" => "si_int_of_byte" (B) [] Value;
    "int_of_char" => "si_int_of_char" (B) [] Value;
    "float_of_int" => "si_float_of_int" (B) [] Value;
    "float_of_str" => "si_float_of_str" (B) [Site] Value;
    "byte_of_int" => "si_byte_of_int" (B) [] Value;
    "byte_of_char" => "si_byte_of_char" (B) [] Value;
    "byte_of_str" => "si_byte_of_str" (B) [Site] Value;
    "char_of_int" => "si_char_of_int" (B) [Site] Value;
    "char_of_byte" => "si_char_of_byte" (B) [] Value;
    "panic" => "si_panic" (Own) [Site] Never;
    "todo" => "si_todo" (Own) [Site] Never;
    "assert" => "si_assert" (B) [Site] Void;
    "assert_eq" => "" (B, B) [Site] Ret::Special(Special::AssertEq);
    "assert_ne" => "" (B, B) [Site] Ret::Special(Special::AssertNe);
    "assert_some" => "" (B) [Site] Ret::Special(Special::AssertSome);
    "assert_none" => "" (B) [Site] Ret::Special(Special::AssertNone);
    "assert_ok" => "" (B) [Site] Ret::Special(Special::AssertOk);
    "assert_err" => "" (B) [Site] Ret::Special(Special::AssertErr);
    "assert_panics" => "si_assert_panics" (B) [Runner(0), Site] Void;
    "assert_panics_with" => "si_assert_panics_with" (B, B) [Runner(0), Site] Void;
    "assert_approx" => "si_assert_approx" (B, B, B) [Site] Void;

    "retry_linear" => "si_retry_linear" (B, B, B) [] Value;
    "retry_exponential" => "si_retry_exponential" (B, B, B) [] Value;
    "retry_pause" => "si_retry_pause" (B, B) [] Void;

    "run_tasks" => "si_run_tasks" (B, B) [Caller(0), Desc(0)] Value;
    "timer_start" => "si_timer_start" (B) [] Void;
    "timer_late" => "si_timer_late" () [] Value;
    "timer_shield" => "si_timer_shield" () [] Void;

    "int_abs" => "si_int_abs" (B) [Site] Value;
    "int_pow" => "si_int_pow" (B, B) [Site] Value;
    "float_abs" => "si_float_abs" (B) [] Value;
    "float_floor" => "si_float_floor" (B) [] Value;
    "float_ceil" => "si_float_ceil" (B) [] Value;
    "float_round" => "si_float_round" (B) [] Value;
    "float_trunc" => "si_float_trunc" (B) [] Value;
    "float_is_inf" => "si_float_is_inf" (B) [] Value;

    "str_find_index" => "si_str_find" (B, B) [] Value;
    "str_join" => "si_str_join" (B, B) [] Value;
    "str_len" => "si_str_len" (B) [] Value;
    "str_is_empty" => "si_str_is_empty" (B) [] Value;
    "str_upper" => "si_str_upper" (B) [] Value;
    "str_lower" => "si_str_lower" (B) [] Value;
    "str_capitalize" => "si_str_capitalize" (B) [] Value;
    "str_trim" => "si_str_trim" (B) [] Value;
    "str_trim_start" => "si_str_trim_start" (B) [] Value;
    "str_trim_end" => "si_str_trim_end" (B) [] Value;
    "str_starts_with" => "si_str_starts_with" (B, B) [] Value;
    "str_ends_with" => "si_str_ends_with" (B, B) [] Value;
    "str_split" => "si_str_split" (B, B) [] Value;
    "str_lines" => "si_str_lines" (B) [] Value;
    "str_chars" => "si_str_chars" (B) [] Value;
    "str_bytes" => "si_str_bytes" (B) [] Value;
    "str_replace" => "si_str_replace" (B, B, B) [] Value;
    "str_slice" => "si_str_slice" (B, B, B) [] Value;
    "str_repeat" => "si_str_repeat" (B, B) [] Value;
    "str_reverse" => "si_str_reverse" (B) [] Value;

    "list_len" => "si_list_len" (B) [] Value;
    "list_push" => "si_list_push" (Own, OwnRef) [Desc(0)] Value;
    "list_pop" => "si_list_pop" (Own) [] Value;
    "list_slice" => "si_list_slice" (Own, B, B) [] Value;
    "list_set" => "si_list_set" (Own, B, OwnRef) [Site] Value;
    "list_reverse" => "si_list_reverse" (Own) [] Value;
    "list_sort" => "si_list_sort" (Own) [Desc(0)] Value;
    "list_sum_int" => "si_list_sum_int" (B) [Site] Value;
    "list_sum_float" => "si_list_sum_float" (B) [] Value;

    "map_len" => "si_map_len" (B) [] Value;
    "map_has" => "si_map_has" (B, BRef) [] Value;
    "map_insert" => "si_map_put" (Own, OwnRef, OwnRef) [Desc(0), Desc(1)] Value;
    "map_remove" => "si_map_remove" (Own, BRef) [] Value;
    "map_keys" => "si_map_keys" (B) [Desc(0)] Value;
    "map_values" => "si_map_values" (B) [Desc(1)] Value;

    "range_contains" => "si_range_contains" (B, B) [] Value;
    "range_is_empty" => "si_range_is_empty" (B) [] Value;
    "range_len" => "si_range_len" (B) [Desc(0), Site] Value;
    "range_step_by" => "si_range_step_by" (B, B) [Desc(0), Site] Value;

    "option_unwrap" => "" (B) [Site] Ret::Special(Special::OptionUnwrap);
    "option_expect" => "" (B, B) [Site] Ret::Special(Special::OptionExpect);
    "result_unwrap" => "" (B) [Site] Ret::Special(Special::ResultUnwrap);
    "result_unwrap_err" => "" (B) [Site] Ret::Special(Special::ResultUnwrapErr);
    "result_expect" => "" (B, B) [Site] Ret::Special(Special::ResultExpect);

    "duration_as_ms" => "si_duration_as_ms" (B) [] Value;
    "duration_as_secs" => "si_duration_as_secs" (B) [] Value;
    "duration_as_float" => "si_duration_as_float" (B) [] Value;
    "duration_from_ms" => "si_duration_from_ms" (B) [Site] Value;
    "duration_from_secs" => "si_duration_from_secs" (B) [Site] Value;
    "size_as_bytes" => "si_size_as_bytes" (B) [] Value;
    "size_as_kb" => "si_size_as_kb" (B) [] Value;
    "size_as_mb" => "si_size_as_mb" (B) [] Value;
    "size_from_bytes" => "si_size" (B) [Site] Value;

    "parse_int_ok" => "si_parse_int_ok" (B) [] Value;
    "parse_int_value" => "si_parse_int_value" (B) [] Value;
    "parse_float_ok" => "si_parse_float_ok" (B) [] Value;
    "parse_float_value" => "si_parse_float_value" (B) [] Value;

    "env_has" => "si_env_has" (B) [] Value;
    "env_get" => "si_env_get" (B) [] Value;
    "env_current_dir" => "si_env_current_dir" () [] Value;
    "env_args" => "si_env_args" () [] Value;
    "fs_error" => "si_fs_error" () [] Value;
    "fs_read" => "si_fs_read" (B) [] Value;
    "fs_write" => "si_fs_write" (B, B) [] Void;
    "fs_append" => "si_fs_append" (B, B) [] Void;
    "fs_remove" => "si_fs_remove" (B) [] Void;
    "fs_exists" => "si_fs_exists" (B) [] Value;
    "io_read_line" => "si_io_read_line" () [] Value;
    "io_at_end" => "si_io_at_end" () [] Value;
    "io_read_all" => "si_io_read_all" () [] Value;
    "io_write" => "si_io_write" (B) [] Void;
    "io_eprint" => "si_io_eprint" (B) [] Void;
    "io_flush" => "si_io_flush" () [] Void;
    "process_exit" => "si_process_exit" (B) [] Never;
    "process_id" => "si_process_id" () [] Value;
    "time_unix_ms" => "si_time_unix_ms" () [] Value;
    "time_monotonic" => "si_time_monotonic" () [] Value;
    "time_sleep" => "si_time_sleep" (B) [] Void;

    "math_inf" => "si_math_inf" () [] Value;
    "math_nan" => "si_math_nan" () [] Value;
    "math_sqrt" => "si_sqrt" (B) [] Value;
    "math_cbrt" => "si_math_cbrt" (B) [] Value;
    "math_exp" => "si_math_exp" (B) [] Value;
    "math_ln" => "si_math_ln" (B) [] Value;
    "math_log10" => "si_math_log10" (B) [] Value;
    "math_log2" => "si_math_log2" (B) [] Value;
    "math_sin" => "si_math_sin" (B) [] Value;
    "math_cos" => "si_math_cos" (B) [] Value;
    "math_tan" => "si_math_tan" (B) [] Value;
    "math_asin" => "si_math_asin" (B) [] Value;
    "math_acos" => "si_math_acos" (B) [] Value;
    "math_atan" => "si_math_atan" (B) [] Value;
    "math_sinh" => "si_math_sinh" (B) [] Value;
    "math_cosh" => "si_math_cosh" (B) [] Value;
    "math_tanh" => "si_math_tanh" (B) [] Value;
    "math_pow" => "si_math_pow" (B, B) [] Value;
    "math_atan2" => "si_math_atan2" (B, B) [] Value;
    "guard_abs" => "si_guard_abs" (B) [Site] Void;
    "guard_chunk" => "si_guard_chunk" (B) [Site] Void;
    "guard_next_int" => "si_guard_next_int" (B, B) [Site] Void;
    "rand_next_state" => "si_rand_next_state" (B) [] Value;
    "rand_mix" => "si_rand_mix" (B) [] Value;
    "rand_to_float" => "si_rand_to_float" (B) [] Value;
    "rand_is_biased" => "si_rand_is_biased" (B, B, B) [] Value;
    "rand_in_range" => "si_rand_in_range" (B, B, B) [] Value;
}
