// OCI's object linux.seccomp, in and out.
#include "spec/json_seccomp.hpp"

#include "spec/json_members.hpp"
#include "spec/json_parse.hpp"

namespace spaces {

namespace {

// The profile files of docker and podman have more members, which these engines resolve before an OCI runtime
// gets to see the profile.
[[noreturn]] void refuse_engines_format(const JsonValue &value) {
    value.refuse(
        "is no member of OCI's linux.seccomp, but of the profile format of docker and podman",
        "give the profile as the engine resolves it for its runtime: linux.seccomp in the config.json "
        "of a container");
}

template <class Target> void refuse_member(Target &, const JsonValue &value) {
    refuse_engines_format(value);
}

constexpr JsonMember<SeccompArg> arg_members[] = {
    {"index", [](SeccompArg &arg, const JsonValue &value) { arg.index = value.number<uint32_t>(); }},
    {"value", [](SeccompArg &arg, const JsonValue &value) { arg.value = value.number<uint64_t>(); }},
    {"valueTwo", [](SeccompArg &arg, const JsonValue &value) { arg.value_two = value.number<uint64_t>(); }},
    {"op", [](SeccompArg &arg, const JsonValue &value) { arg.op = value.text(); }},
};

void require(const JsonValue &object, std::initializer_list<const char *> names) {
    for (const char *name : names) {
        if (!object.member(name)) {
            object.refuse("lacks the member \"" + std::string(name) + '"');
        }
    }
}

void read_args(SeccompRule &rule, const JsonValue &value) {
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<SeccompArg>(item, rule.args.emplace_back(), arg_members);
        require(item, {"index", "value", "op"});
    });
}

constexpr JsonMember<SeccompRule> rule_members[] = {
    {"names", [](SeccompRule &rule, const JsonValue &value) { rule.names = value.texts(); }},
    {"action", [](SeccompRule &rule, const JsonValue &value) { rule.action = value.text(); }},
    {"errnoRet",
     [](SeccompRule &rule, const JsonValue &value) { rule.errno_ret = value.number<uint32_t>(); }},
    {"args", read_args},
    {"name", refuse_member<SeccompRule>},
    {"comment", refuse_member<SeccompRule>},
    {"includes", refuse_member<SeccompRule>},
    {"excludes", refuse_member<SeccompRule>},
    {"errno", refuse_member<SeccompRule>},
};

void read_rules(SeccompProfile &profile, const JsonValue &value) {
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<SeccompRule>(item, profile.syscalls.emplace_back(), rule_members);
        require(item, {"names", "action"});
    });
}

using Profile = SeccompProfile;

constexpr JsonMember<Profile> profile_members[] = {
    {"defaultAction",
     [](Profile &profile, const JsonValue &value) { profile.default_action = value.text(); }},
    {"defaultErrnoRet",
     [](Profile &profile, const JsonValue &value) { profile.default_errno_ret = value.number<uint32_t>(); }},
    {"architectures",
     [](Profile &profile, const JsonValue &value) { profile.architectures = value.texts(); }},
    {"flags", [](Profile &profile, const JsonValue &value) { profile.flags = value.texts(); }},
    {"listenerPath", [](Profile &profile, const JsonValue &value) { profile.listener_path = value.text(); }},
    {"listenerMetadata",
     [](Profile &profile, const JsonValue &value) { profile.listener_metadata = value.text(); }},
    {"syscalls", read_rules},
    {"archMap", refuse_member<Profile>},
    {"defaultErrno", refuse_member<Profile>},
};

Json::Object json_of(const SeccompRule &rule) {
    Json::Object object{{"names", Json::array_of(rule.names)}, {"action", rule.action}};
    if (rule.errno_ret) {
        object.emplace_back("errnoRet", *rule.errno_ret);
    }
    Json::Array args;
    for (const SeccompArg &arg : rule.args) {
        Json::Object condition{{"index", arg.index}, {"value", arg.value}};
        if (arg.value_two != 0) {
            condition.emplace_back("valueTwo", arg.value_two);
        }
        condition.emplace_back("op", arg.op);
        args.emplace_back(std::move(condition));
    }
    if (!args.empty()) {
        object.emplace_back("args", std::move(args));
    }
    return object;
}

void put_texts(Json::Object &object, const char *name, const std::vector<std::string> &texts) {
    if (!texts.empty()) {
        object.emplace_back(name, Json::array_of(texts));
    }
}

void put_text(Json::Object &object, const char *name, const std::string &text) {
    if (!text.empty()) {
        object.emplace_back(name, text);
    }
}

} // namespace

SeccompProfile read_seccomp(const JsonValue &value) {
    SeccompProfile profile;
    read_members<SeccompProfile>(value, profile, profile_members);
    require(value, {"defaultAction"});
    check_seccomp(profile);
    return profile;
}

SeccompProfile parse_seccomp(std::string_view text) {
    // As the member that it would be, so that errors name the same members.
    const Json document(
        Json::Object{{"linux", Json::Object{{"seccomp", parse_json(text, "linux.seccomp")}}}});
    const JsonValue root(document);
    const auto linux_object = root.member("linux");
    const auto seccomp = linux_object->member("seccomp");
    if (!seccomp) {
        refuse("linux.seccomp", "must be an object, not null");
    }
    return read_seccomp(*seccomp);
}

Json::Object json_of(const SeccompProfile &profile) {
    Json::Object object{{"defaultAction", profile.default_action}};
    if (profile.default_errno_ret) {
        object.emplace_back("defaultErrnoRet", *profile.default_errno_ret);
    }
    put_texts(object, "architectures", profile.architectures);
    put_texts(object, "flags", profile.flags);
    put_text(object, "listenerPath", profile.listener_path);
    put_text(object, "listenerMetadata", profile.listener_metadata);
    Json::Array rules;
    for (const SeccompRule &rule : profile.syscalls) {
        rules.emplace_back(json_of(rule));
    }
    if (!rules.empty()) {
        object.emplace_back("syscalls", std::move(rules));
    }
    return object;
}

} // namespace spaces
