// The Spec as a handle: its life and its text forms.
#include "api/written.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace support;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(spec_test)

BOOST_AUTO_TEST_CASE(a_copy_is_equal_and_independent) {
    Spec spec({"true"});
    spec.with<spaces_spec_set_cwd>("/one");
    Spec copy(spec);
    BOOST_TEST(written(copy) == written(spec));
    copy.with<spaces_spec_set_cwd>("/two");
    BOOST_TEST(member(spec, "/process/cwd") == "/one");
    BOOST_TEST(member(copy, "/process/cwd") == "/two");
}

BOOST_AUTO_TEST_CASE(freeing_nothing_is_fine) {
    spaces_spec_free(nullptr);
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_outputs_as_they_were) {
    Spec spec;
    spaces_spec *copy = spec;
    BOOST_TEST(spaces_spec_copy(nullptr, &copy, nullptr) == SPACES_EINVALID);
    BOOST_TEST(copy == static_cast<spaces_spec *>(spec));
    char mark = 0;
    char *text = &mark;
    BOOST_TEST(spaces_spec_to_json(nullptr, &text, nullptr) == SPACES_EINVALID);
    BOOST_TEST(text == &mark);
    BOOST_TEST(spaces_spec_explain(Spec({"true"}), 7, &text, nullptr) == SPACES_EINVALID);
    BOOST_TEST(text == &mark);
}

BOOST_AUTO_TEST_CASE(null_arguments_are_errors_that_name_them) {
    const Spec spec;
    char *text = nullptr;
    const auto expect = [](const Failure &failure, const std::string &name) {
        BOOST_TEST(failure.status == SPACES_EINVALID);
        BOOST_TEST(failure.object == name);
        BOOST_TEST(failure.message == name + ": is NULL");
    };
    expect(failure_of<spaces_spec_new>(nullptr), "ret_spec");
    expect(failure_of<spaces_spec_copy>(spec, nullptr), "ret_spec");
    expect(failure_of<spaces_spec_copy>(nullptr, reinterpret_cast<spaces_spec **>(&text)), "spec");
    expect(failure_of<spaces_spec_load_json>(spec, nullptr, size_t{0}), "json");
    expect(failure_of<spaces_spec_to_json>(spec, nullptr), "ret_json");
    expect(failure_of<spaces_spec_explain>(spec, SPACES_EXPLAIN_TEXT, nullptr), "ret_text");
    expect(failure_of<spaces_spec_explain>(nullptr, SPACES_EXPLAIN_TEXT, &text), "spec");
    expect(failure_of<spaces_spec_set_args>(spec, nullptr), "argv");
    expect(failure_of<spaces_spec_set_env>(spec, nullptr, "x"), "name");
    expect(failure_of<spaces_spec_set_env>(spec, "x", nullptr), "value");
    expect(failure_of<spaces_spec_unset_env>(spec, nullptr), "name");
    expect(failure_of<spaces_spec_set_cwd>(spec, nullptr), "path");
    expect(failure_of<spaces_spec_set_groups>(spec, nullptr, size_t{1}), "gids");
    expect(failure_of<spaces_spec_set_rlimit>(spec, nullptr, uint64_t{1}, uint64_t{1}), "name");
    expect(failure_of<spaces_spec_set_stdio_file>(spec, SPACES_STDIN, nullptr, 0), "path");
    expect(failure_of<spaces_spec_join_path>(spec, SPACES_NAMESPACE_UTS, nullptr), "path");
    expect(failure_of<spaces_spec_set_time_offset>(spec, nullptr, int64_t{1}, 0U), "clock");
    expect(failure_of<spaces_spec_set_uid_map>(spec, nullptr), "map");
    expect(failure_of<spaces_spec_set_gid_map>(spec, nullptr), "map");
    expect(failure_of<spaces_spec_set_hostname>(spec, nullptr), "name");
    expect(failure_of<spaces_spec_set_domainname>(spec, nullptr), "name");
    expect(failure_of<spaces_spec_set_root>(spec, nullptr, 0), "path");
    expect(failure_of<spaces_spec_set_propagation>(spec, nullptr), "propagation");
    expect(failure_of<spaces_spec_add_mount>(spec, "a", nullptr, "bind", nullptr), "target");
    expect(failure_of<spaces_spec_set_umask>(nullptr, 022U), "spec");
    expect(failure_of<spaces_spec_clear_env>(nullptr), "spec");
    expect(failure_of<spaces_spec_unshare>(nullptr, SPACES_NAMESPACE_ALL), "spec");
}

BOOST_AUTO_TEST_CASE(json_is_merged_and_a_bad_one_changes_nothing) {
    Spec spec({"true"});
    spec.json(R"({"process": {"cwd": "/a"}, "hostname": "box"})");
    BOOST_TEST(member(spec, "/process/args") == json({"true"}));
    BOOST_TEST(member(spec, "/process/cwd") == "/a");
    const json before = written(spec);
    const std::string bad = R"({"process": {"cwd": "/b"}, "hostname": 7})";
    const Failure failure = failure_of<spaces_spec_load_json>(spec, bad.data(), bad.size());
    BOOST_TEST(failure.status == SPACES_EINVALID);
    BOOST_TEST(failure.object == "hostname");
    BOOST_TEST(written(spec) == before);
}

BOOST_AUTO_TEST_CASE(json_is_read_up_to_its_size) {
    Spec spec;
    const std::string text = R"({"hostname": "box"} trailing)";
    call<spaces_spec_load_json>(spec, text.data(), size_t{19});
    BOOST_TEST(member(spec, "/hostname") == "box");
    const std::string with_nul("{\"hostname\": \"a\"}\0", 18);
    BOOST_TEST(failure_of<spaces_spec_load_json>(spec, with_nul.data(), with_nul.size()).status ==
               SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(what_is_not_acted_on_is_unsupported) {
    const std::string text = R"({"linux": {"intelRdt": {"closID": "a"}}})";
    const Failure failure = failure_of<spaces_spec_load_json>(Spec(), text.data(), text.size());
    BOOST_TEST(failure.status == SPACES_EUNSUPPORTED);
    BOOST_TEST(failure.object == "linux.intelRdt");
    BOOST_TEST(failure.message == "linux.intelRdt: not supported by this version of libspaces");
}

BOOST_AUTO_TEST_CASE(explains_as_text_and_as_json) {
    const Spec spec({"true"});
    for (const int form : {SPACES_EXPLAIN_TEXT, SPACES_EXPLAIN_JSON}) {
        char *text = nullptr;
        call<spaces_spec_explain>(spec, form, &text);
        BOOST_TEST(std::string(text).find("exec") != std::string::npos);
        BOOST_TEST(json::accept(text) == (form == SPACES_EXPLAIN_JSON));
        spaces_free(text);
    }
    char *text = nullptr;
    BOOST_TEST(failure_of<spaces_spec_explain>(spec, 2, &text).message ==
               "form: 2 is none of SPACES_EXPLAIN_TEXT and SPACES_EXPLAIN_JSON");
}

BOOST_AUTO_TEST_CASE(without_a_program_it_explains_how_a_function_is_started) {
    char *text = nullptr;
    call<spaces_spec_explain>(Spec(), SPACES_EXPLAIN_TEXT, &text);
    BOOST_TEST(std::string(text).find("call the function") != std::string::npos);
    spaces_free(text);
}

BOOST_AUTO_TEST_CASE(the_life_of_the_program) {
    Spec spec;
    spec.with<spaces_spec_set_init>(0).with<spaces_spec_set_die_with_parent>(2);
    spec.with<spaces_spec_set_time_limit>(uint64_t{1500}, uint64_t{100});
    BOOST_TEST(member(spec, "/spaces") == json::parse(R"({"init": false, "dieWithParent": true,
                               "timeLimit": {"milliseconds": 1500, "graceMilliseconds": 100}})"));
    spec.with<spaces_spec_set_init>(1).with<spaces_spec_set_die_with_parent>(0);
    spec.with<spaces_spec_set_time_limit>(uint64_t{0}, uint64_t{0});
    BOOST_TEST(member(spec, "/spaces").is_null());
    const Failure failure = failure_of<spaces_spec_set_time_limit>(spec, ~uint64_t{0}, uint64_t{0});
    BOOST_TEST(failure.object == "spaces.timeLimit.milliseconds");
}

BOOST_AUTO_TEST_SUITE_END()
