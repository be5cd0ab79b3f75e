#include "common.h"

/* Arguments: a directory to work in. Standard input: see tests/runtime.rs. */
static si_str *path_of(const char *name) {
    si_list *args = si_env_args();
    CHECK(args->len == 2);
    si_str *dir = ((si_str **)args->data)[1], *slash = text("/"), *file = text(name);
    si_retain(dir);
    si_str *path = si_str_concat(si_str_concat(dir, slash), file);
    si_release(file, si_str_free);
    si_release(slash, si_str_free);
    si_release(args, si_list_free);
    return path;
}

static int line_is(const char *expect) {
    si_str *line = si_io_read_line();
    return !si_io_at_end() && is(line, expect);
}

static int entry(void) {
    si_str *path = path_of("file.txt"), *bad = path_of("no/file.txt");
    si_str *a = text("one\n"), *b = text("tw\xC3\xB6\n"), *broken = text("x\xFF\xC3y\xED\xA0\x80\xE2\x82\xAC\xF5");
    si_fs_write(path, a);
    CHECK(is(si_fs_error(), "") && si_fs_exists(path));
    si_fs_append(path, b);
    CHECK(is(si_fs_read(path), "one\ntw\xC3\xB6\n") && is(si_fs_error(), ""));
    si_fs_write(path, broken); /* what is not UTF-8 reads as U+FFFD */
    CHECK(is(si_fs_read(path), "x\xEF\xBF\xBD\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x82\xAC\xEF\xBF\xBD"));
    si_fs_remove(path);
    CHECK(is(si_fs_error(), "") && !si_fs_exists(path));
    CHECK(is(si_fs_read(path), "") && is(si_fs_error(), "No such file or directory"));
    si_fs_write(bad, a);
    CHECK(is(si_fs_error(), "No such file or directory"));
    si_fs_remove(bad);
    CHECK(is(si_fs_error(), "No such file or directory"));

    si_str *unset = text("SIGIL_TEST_SURELY_UNSET"), *set = text("PATH"), *nul = si_str_new("PATH\0x", 6);
    CHECK(!si_env_has(unset) && si_env_has(set) && !si_env_has(nul));
    si_str *value = si_env_get(set), *dir = si_env_current_dir();
    CHECK(value->len > 0 && dir->len > 0 && dir->data[0] == '/');
    si_release(value, si_str_free);
    si_release(dir, si_str_free);

    CHECK(line_is("first") && line_is("") && line_is("with\rin") && line_is("crlf"));
    si_str *rest = si_io_read_all();
    CHECK(rest->len == 200000 + 5 && is(si_str_slice(rest, 200000, 200005), "\nlast"));
    si_release(rest, si_str_free);
    si_str *end = si_io_read_line();
    CHECK(si_io_at_end() && is(end, ""));

    CHECK(si_process_id() > 0 && si_time_unix_ms() > 1000000000000);
    si_int before = si_time_monotonic();
    si_time_sleep(0);
    CHECK(si_time_monotonic() >= before);
    si_str *all[] = {path, bad, a, b, broken, unset, set, nul};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) si_release(all[i], si_str_free);
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
