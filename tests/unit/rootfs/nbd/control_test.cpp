#include "rootfs/nbd/control.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

namespace farboot::rootfs
{
namespace
{

using Json = nlohmann::json;

/// A control with a policy that trusts one key for all series; nothing is ever fetched.
class ControlTest : public testing::Test
{
protected:
    static Policy policy_of(const SigningKey& key)
    {
        Policy policy;
        policy.header = {{"policy", "policy"}, 1};
        const auto id = key.public_key().id();
        policy.keys[id] = {key.public_key(), "test"};
        policy.roles = {{{"boot", "vm", "gui", "policy"}, {"*"}, 1, {id}}};
        return policy;
    }
    static ReaderEngine::Options options()
    {
        ReaderEngine::Options options;
        options.sources = {"http://127.0.0.1:9/store"};
        return options;
    }
    static Json record(const SigningKey& key, std::uint64_t number, std::uint64_t bytes = 4096)
    {
        VmRecord record;
        record.header = {{"vm", "tiny"}, number};
        record.title = "Tiny";
        record.image = {sha256(as_bytes("manifest")), 80, bytes};
        record.machine.os = "http://debian.org/debian/12";
        Envelope envelope;
        envelope.payload_type = payload_type_of("vm");
        envelope.payload = record.to_json();
        envelope.sign(key);
        return Json::parse(envelope.to_json());
    }
    Json ask(const Json& request, uid_t who = 1000) { return Json::parse(control.answer(request.dump(), who)); }
    Json add(std::uint64_t number, uid_t who = 1000)
    {
        return ask({{"version", 1}, {"command", "add"}, {"record", record(key, number)}}, who);
    }
    Json remove(const char* name, uid_t who = 1000)
    {
        return ask({{"version", 1}, {"command", "remove"}, {"export", name}}, who);
    }

    SigningKey key = SigningKey::generate();
    Policy policy = policy_of(key);
    ReaderEngine engine{options()};
    ExportTable exports{engine};
    Control control{policy, engine, exports, false};
};

TEST_F(ControlTest, AddsAnImageOfASignedRecord)
{
    const auto answer = add(3);
    EXPECT_EQ(answer, (Json{{"ok", true}, {"export", "vm/tiny@3"}, {"bytes", 4096}}));
    EXPECT_NE(exports.find("vm/tiny@3"), nullptr);
}

TEST_F(ControlTest, RefusesAForeignSignature)
{
    const auto answer = ask({{"version", 1}, {"command", "add"}, {"record", record(SigningKey::generate(), 3)}});
    EXPECT_EQ(answer["ok"], false);
    EXPECT_EQ(answer["reason"], "key-unknown");
    EXPECT_FALSE(answer["sentence"].get<std::string>().empty());
    EXPECT_TRUE(exports.all().empty());
}

TEST_F(ControlTest, RefusesAChangedRecord)
{
    auto changed = record(key, 3);
    changed["payload"] = record(key, 4)["payload"];
    EXPECT_EQ(ask({{"version", 1}, {"command", "add"}, {"record", changed}})["reason"], "signature-invalid");
}

TEST_F(ControlTest, PinsForRootAloneAndOnlyWhatMayLieOnItsDisk)
{
    const auto pin = [&](const Json& how, uid_t who) {
        return ask({{"version", 1}, {"command", "add"}, {"record", record(key, 3)}, {"pin", how}}, who);
    };
    EXPECT_EQ(pin(true, 1000)["reason"], "not-root");
    EXPECT_EQ(pin(1, 0)["reason"], "request-malformed");
    EXPECT_EQ(pin(true, 0)["reason"], "no-disk");
    EXPECT_TRUE(exports.all().empty());
    EXPECT_EQ(pin(false, 1000)["ok"], true);
}

TEST_F(ControlTest, RefusesTwoRecordsOfOneNumber)
{
    ASSERT_EQ(add(3)["ok"], true);
    const auto other = ask({{"version", 1}, {"command", "add"}, {"record", record(key, 3, 8192)}});
    EXPECT_EQ(other["reason"], "exists");
}

TEST_F(ControlTest, OnlyItsOwnersAndRootRemoveAnExport)
{
    ASSERT_EQ(add(3, 1000)["ok"], true);
    ASSERT_EQ(add(3, 1001)["ok"], true);
    EXPECT_EQ(remove("vm/tiny@3", 1002)["reason"], "not-yours");
    EXPECT_EQ(remove("vm/tiny@3", 1000)["ok"], true);
    EXPECT_NE(exports.find("vm/tiny@3"), nullptr) << "1001 still has it";
    EXPECT_EQ(remove("vm/tiny@3", 1000)["reason"], "not-yours");
    EXPECT_EQ(remove("vm/tiny@3", 1001)["ok"], true);
    EXPECT_EQ(exports.find("vm/tiny@3"), nullptr);
    EXPECT_EQ(remove("vm/tiny@3", 1001)["reason"], "not-found");

    ASSERT_EQ(add(3, 1000)["ok"], true);
    EXPECT_EQ(remove("vm/tiny@3", 0)["ok"], true);
    EXPECT_EQ(exports.find("vm/tiny@3"), nullptr);
}

TEST_F(ControlTest, LimitsWhatOneUserCanAdd)
{
    for (std::uint64_t number = 1; number <= 64; ++number)
        ASSERT_EQ(add(number)["ok"], true);
    EXPECT_EQ(add(65)["reason"], "too-many");
    EXPECT_EQ(add(65, 1001)["ok"], true);
}

TEST_F(ControlTest, TellsItsStatus)
{
    ASSERT_EQ(add(3)["ok"], true);
    const auto status = ask({{"version", 1}, {"command", "status"}});
    EXPECT_EQ(status["ok"], true);
    EXPECT_EQ(status["exports"][0]["name"], "vm/tiny@3");
    EXPECT_EQ(status["exports"][0]["fetched_bytes"], 0);
    EXPECT_EQ(status["exports"][0]["manifest"], sha256(as_bytes("manifest")).hex());
    EXPECT_EQ(status["exports"][0]["traced"], 0U);
    EXPECT_EQ(status["sources"][0]["state"], "good");
    EXPECT_EQ(status["waiting"], false);
}

TEST_F(ControlTest, TellsWhichOfSeveralExportsOfANameItIs)
{
    const auto added = [&] {
        return ask({{"version", 1}, {"command", "status"}})["exports"][0]["added_ms"].get<std::int64_t>();
    };
    const auto now = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    };
    const auto before = now();
    ASSERT_EQ(add(3)["ok"], true);
    const auto first = added();
    EXPECT_GE(first, before);
    EXPECT_LE(first, now());
    while (now() == first)
        std::this_thread::yield();
    ASSERT_EQ(add(3, 1001)["ok"], true);
    EXPECT_EQ(added(), first) << "it is the same, with another owner";
    ASSERT_EQ(remove("vm/tiny@3", 0)["ok"], true);
    ASSERT_EQ(add(3)["ok"], true);
    EXPECT_GT(added(), first);
}

TEST_F(ControlTest, TellsATraceToOwnersAndRoot)
{
    add(3);
    const auto trace = [&](uid_t who) {
        return ask({{"version", 1}, {"command", "trace"}, {"export", "vm/tiny@3"}}, who);
    };
    for (const uid_t who : {1000, 0}) {
        const auto parsed = Trace::parse(trace(who).value("trace", ""));
        ASSERT_TRUE(parsed) << parsed.error().sentence;
        EXPECT_EQ(parsed->manifest, sha256(as_bytes("manifest")));
        EXPECT_EQ(parsed->image_bytes, 4096);
        EXPECT_TRUE(parsed->reads.empty());
    }
    EXPECT_EQ(trace(1001)["reason"], "not-yours");
    EXPECT_EQ(ask({{"version", 1}, {"command", "trace"}}, 1000)["export"], "vm/tiny@3") << "the only one";
    add(4);
    EXPECT_EQ(ask({{"version", 1}, {"command", "trace"}}, 1000)["reason"], "not-found") << "which of two?";
    EXPECT_EQ(ask({{"version", 1}, {"command", "trace"}, {"export", "vm/other@1"}}, 0)["reason"], "not-found");
}

TEST_F(ControlTest, RefusesWhatItDoesNotUnderstand)
{
    const auto reason = [&](std::string_view line) { return Json::parse(control.answer(line, 0))["reason"]; };
    EXPECT_EQ(reason("nonsense"), "request-malformed");
    EXPECT_EQ(reason("[]"), "request-malformed");
    EXPECT_EQ(reason("\xff\xfe"), "request-malformed");
    EXPECT_EQ(reason(R"({"command":"status"})"), "version-unknown");
    EXPECT_EQ(reason(R"({"version":2,"command":"status"})"), "version-unknown");
    EXPECT_EQ(reason(R"({"version":1,"command":"explode"})"), "command-unknown");
    EXPECT_EQ(reason(R"({"version":1,"command":"add"})"), "request-malformed");
    EXPECT_EQ(reason(R"({"version":1,"command":"add","record":{}})"), "envelope-malformed");
    EXPECT_EQ(reason(R"({"version":1,"command":"remove","export":7})"), "request-malformed");
}

TEST_F(ControlTest, SurvivesDeepNesting)
{
    const std::string deep(500'000, '[');
    const auto answer =
        control.answer(R"({"version":1,"command":"add","record":{"x":)" + deep + std::string(500'000, ']') + "}}", 0);
    EXPECT_EQ(Json::parse(answer)["ok"], false);
}

TEST_F(ControlTest, AReaderOfOneImageOnlyTellsItsStatus)
{
    const Control fixed(policy, engine, exports, true);
    const auto command = Json{{"version", 1}, {"command", "add"}, {"record", record(key, 3)}}.dump();
    EXPECT_EQ(Json::parse(fixed.answer(command, 0))["reason"], "fixed");
    EXPECT_EQ(Json::parse(fixed.answer(R"({"version":1,"command":"status"})", 0))["ok"], true);
}

} // namespace
} // namespace farboot::rootfs
