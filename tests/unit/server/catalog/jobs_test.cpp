#include "server/catalog/jobs.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "server/catalog/job_clock.hpp"
#include "server/catalog/job_steps.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/records.hpp"
#include "server/trust/pc_key.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;
using nlohmann::json;
using std::chrono::seconds;

namespace
{

const std::chrono::sys_seconds noon{seconds(1'800'000'000)};
constexpr std::int64_t room = 7;

class JobsTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (IsSkipped() || HasFatalFailure())
            return;
        change([&](Connection& each) { return install_policy(each, signers_.policy(1), noon); }).value();
        change([&](Connection& each) { return publish(each, signers_.boot("backup", 1), noon); }).value();
        for (int i = 1; i <= 3; ++i)
            pcs_.push_back(enrol(fmt::format("52:54:00:00:00:{:02x}", i)));
    }

    std::int64_t enrol(const std::string& mac)
    {
        const ProvenKey key{"ed25519:" + base64(rootfs::SigningKey::generate().public_key().raw), "disk"};
        const PcFacts facts{.mac = rules::Mac::parse(mac), .uuid = {}, .hardware = {}, .address = "10.0.0.7"};
        const auto met = change([&](Connection& each) { return meet_pc(each, facts, key, noon - seconds(9)); }).value();
        const auto code = server::PcKey::parse(key.key)->code();
        change([&](Connection& each) { return confirm_pc(each, met.pc.id, code, "anna", noon - seconds(9)); }).value();
        return met.pc.id;
    }

    Result<Job> make(json wish)
    {
        const auto parsed = JobWish::parse(wish.dump());
        EXPECT_TRUE(parsed) << parsed.error().sentence;
        return change([&](Connection& each) { return create_job(each, *parsed, "anna", noon); });
    }
    json backup(json more = json::object())
    {
        json wish{{"action", "boot"}, {"record", "boot/backup"}, {"pcs", pcs_}};
        wish.update(more);
        return wish;
    }

    /// PCs that are woken.
    std::vector<std::int64_t> advance(seconds after)
    {
        const auto woken = change([&](Connection& each) -> Result<std::vector<Pc>> {
                               return advance_jobs(
                                   each, [](const Pc& pc, std::int64_t where) { return where == room && pc.id != 2; },
                                   [](std::int64_t max) { return max / 2; }, noon + after);
                           }).value();
        std::vector<std::int64_t> ids;
        for (const auto& pc : woken)
            ids.push_back(pc.id);
        return ids;
    }
    /// What it is told; "": nothing.
    std::string hear(std::int64_t pc, PcSessionKind kind, Heard heard, seconds after)
    {
        const auto command = change([&](Connection& each) -> Result<std::optional<PcCommand>> {
                                 see_pc(each, pc, "10.0.0.7", noon + after);
                                 return next_of_job(each, {pc, kind, true}, heard, noon + after);
                             }).value();
        return command ? command->action + command->record : "";
    }
    std::string hello(std::int64_t pc, seconds after = seconds(10))
    {
        return hear(pc, PcSessionKind::preboot, {.hello = true}, after);
    }
    std::string in_menu(std::int64_t pc, seconds after = seconds(10))
    {
        return hear(pc, PcSessionKind::preboot, {}, after);
    }
    std::string in_system(std::int64_t pc, bool used = false, seconds after = seconds(10))
    {
        return hear(pc, PcSessionKind::system, {.used = used}, after);
    }
    /// A system of this record begins.
    void start_system(std::int64_t pc, const char* record)
    {
        change([&](Connection& each) -> Result<void> {
            begin_pc_boot(each, pc, fmt::format("{}", ++starts_), PcState::off, {}, noon);
            choose_pc_boot(each, pc, {*rootfs::RecordName::parse(record), 1});
            return {};
        }).value();
    }
    std::string finish(std::int64_t pc, bool failed, const std::string& sentence)
    {
        const auto command =
            change([&](Connection& each) -> Result<std::optional<PcCommand>> {
                return finish_job_part(each, {pc, PcSessionKind::system, true}, failed, sentence, noon + seconds(60));
            }).value();
        return command ? command->action : "";
    }
    std::string states(std::int64_t job)
    {
        std::string all;
        for (const auto& part : list_job_pcs(connection(), job, 0, 100))
            all += fmt::format("{}{}:{}", all.empty() ? "" : " ", part.pc, part.state);
        return all;
    }
    std::string sentence_of(std::int64_t job, std::int64_t pc)
    {
        return list_job_pcs(connection(), job, pc - 1, 1).at(0).sentence;
    }

    const test::Signers signers_;
    std::vector<std::int64_t> pcs_;
    int starts_ = 0;
};

FARBOOT_ON_EACH_DATABASE(JobsTest);

std::string refusal(const char* text)
{
    const auto wish = JobWish::parse(text);
    return wish ? "" : wish.error().field;
}

} // namespace

TEST(JobWish, IsReadAsItIsWritten)
{
    const auto* const text = R"({"name": "Nachts ü", "location": 3, "action": "boot", "record": "boot/backup",
        "at": "2026-11-27T02:00:00Z", "at_once": 5, "spread": 60, "patience": 900, "longest": 3600, "wake": false,
        "interrupt": true, "until": "started", "then": "power-off", "parameters": {"partition": "LABEL=data"}})";
    const auto wish = JobWish::parse(text);
    ASSERT_TRUE(wish) << wish.error().sentence;
    EXPECT_EQ(wish->to_json(), json::parse(text));
    EXPECT_EQ(JobWish::parse(wish->to_json().dump())->to_json(), json::parse(text));
    const auto short_one = JobWish::parse(R"({"pcs": [2, 1], "action": "reboot"})");
    ASSERT_TRUE(short_one) << short_one.error().sentence;
    EXPECT_EQ(short_one->to_json(), JobWish::parse(short_one->to_json().dump())->to_json());
}

TEST(JobWish, WhatIsWrongIsNamed)
{
    EXPECT_EQ(refusal(R"({"pcs": [1]})"), "action");
    EXPECT_EQ(refusal(R"({"pcs": [1], "action": "erase"})"), "action");
    EXPECT_EQ(refusal(R"({"action": "wake"})"), "pcs");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "location": 2})"), "pcs");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": "all"})"), "pcs");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "at": "tomorrow"})"), "at");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "at_once": 0})"), "at_once");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "patience": "long"})"), "patience");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "longest": 1e9})"), "longest");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "name": "two\nlines"})"), "name");
    EXPECT_EQ(refusal(R"({"action": "boot", "pcs": [1]})"), "record");
    EXPECT_EQ(refusal(R"({"action": "boot", "pcs": [1], "record": "vm/win"})"), "record");
    EXPECT_EQ(refusal(R"({"action": "reboot", "pcs": [1], "record": "boot/x"})"), "record");
    EXPECT_EQ(refusal(R"({"action": "reboot", "pcs": [1], "then": "power-off"})"), "then");
    EXPECT_EQ(refusal(R"({"action": "boot", "pcs": [1], "record": "boot/x", "until": "doomsday"})"), "until");
    const auto parameters = [](const char* text) {
        return refusal(fmt::format(R"({{"action": "boot", "pcs": [1], "record": "boot/x", {}}})", text).c_str());
    };
    EXPECT_EQ(parameters(R"("parameters": ["a"])"), "parameters");
    EXPECT_EQ(parameters(R"("parameters": {"Name": "a"})"), "parameters");
    EXPECT_EQ(parameters(R"("parameters": {"a": 5})"), "parameters.a");
    EXPECT_EQ(parameters(R"("secrets": {"a": "two\nlines"})"), "secrets.a");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "parameters": {"a": "b"}})"), "parameters");
    EXPECT_EQ(refusal(R"({"action": "wake", "pcs": [1], "colour": "red"})"), "colour");
}

TEST_P(JobsTest, IsForEnrolledPcsAndPublishedRecords)
{
    EXPECT_EQ(make({{"action", "wake"}, {"pcs", {99}}}).error().reason, "pc-unknown");
    EXPECT_EQ(make({{"action", "wake"}, {"location", room}}).error().reason, "location-unknown");
    EXPECT_EQ(make({{"action", "boot"}, {"record", "boot/other"}, {"pcs", pcs_}}).error().reason, "record-unknown");
    change([&](Connection& each) { return unconfirm_pc(each, 2); }).value();
    EXPECT_EQ(make({{"action", "wake"}, {"pcs", pcs_}}).error().reason, "not-enrolled");
}

TEST_P(JobsTest, WakesBootsWaitsAndSwitchesOff)
{
    const auto job = make(backup({{"then", "power-off"}, {"at_once", 2}}))->id;
    EXPECT_EQ(states(job), "") << "planned";
    EXPECT_EQ(hello(1), "") << "nothing has begun";
    EXPECT_EQ(advance(seconds(20)), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(states(job), "1:called 2:called 3:waiting");
    EXPECT_TRUE(advance(seconds(23)).empty()) << "one was just sent";
    EXPECT_EQ(awaited_pcs(connection()).size(), 2U);
    EXPECT_EQ(hello(1, seconds(30)), "bootboot/backup");
    EXPECT_EQ(awaited_pcs(connection()).size(), 1U);
    EXPECT_EQ(advance(seconds(45)), (std::vector<std::int64_t>{2}));
    EXPECT_EQ(in_menu(1, seconds(46)), "") << "it fetches its system, and is not told twice";
    EXPECT_EQ(list_pc_commands(connection(), 1).at(0).made_by, fmt::format("job {}", job));
    start_system(1, "boot/backup");
    EXPECT_EQ(in_system(1), "");
    EXPECT_EQ(states(job), "1:started 2:called 3:waiting");
    EXPECT_EQ(finish(1, false, "12 GB in 4 minutes"), "power-off");
    EXPECT_EQ(sentence_of(job, 1), "12 GB in 4 minutes");
    EXPECT_EQ(hello(2), "bootboot/backup");
    start_system(2, "boot/backup");
    EXPECT_EQ(in_system(2), "");
    EXPECT_EQ(finish(2, true, "no disk\n"), "power-off");
    EXPECT_EQ(sentence_of(job, 2), "?") << "two lines are not one sentence";
    EXPECT_EQ(advance(seconds(100)), (std::vector<std::int64_t>{3})) << "there is room for the third";
    EXPECT_EQ(find_job(connection(), job)->state, "running");
    EXPECT_TRUE(advance(seconds(701)).empty());
    EXPECT_EQ(states(job), "1:done 2:failed 3:missed");
    EXPECT_EQ(find_job(connection(), job)->state, "done");
    EXPECT_FALSE(jobs_open(connection()));
}

TEST_P(JobsTest, OnlyItsSystemIsToldWhatItNeeds)
{
    const auto made =
        make(backup({{"parameters", {{"partition", "LABEL=data"}}}, {"secrets", {{"password", "hush"}}}}));
    EXPECT_EQ(made->to_json({}).dump().find("hush"), std::string::npos);
    advance(seconds(1));
    const auto told = [&](std::int64_t pc, PcSessionKind kind, bool enrolled) {
        const auto briefing = job_briefing(connection(), {pc, kind, enrolled});
        return briefing ? json(briefing->parameters).dump() : "";
    };
    EXPECT_EQ(hello(1), "bootboot/backup");
    EXPECT_EQ(told(1, PcSessionKind::system, true), "") << "another system runs";
    start_system(1, "boot/backup");
    EXPECT_EQ(told(1, PcSessionKind::preboot, true), "");
    EXPECT_EQ(told(1, PcSessionKind::system, false), "");
    EXPECT_EQ(told(1, PcSessionKind::system, true), R"({"partition":"LABEL=data","password":"hush"})");
    finish(1, false, "");
    EXPECT_EQ(told(1, PcSessionKind::system, true), "") << "it is over";
}

TEST_P(JobsTest, InterruptsNobodyUnlessToldTo)
{
    const auto kind = make(backup())->id;
    advance(seconds(1));
    EXPECT_EQ(in_system(1, true), "");
    EXPECT_EQ(in_system(2, false), "reboot") << "nobody is logged in";
    EXPECT_EQ(states(kind), "1:skipped 2:ending 3:called");
    EXPECT_EQ(in_system(2, false), "") << "once";
    EXPECT_EQ(hello(2), "bootboot/backup");
    change([&](Connection& each) { return cancel_job(each, kind, noon); }).value();
    EXPECT_EQ(states(kind), "1:skipped 2:cancelled 3:cancelled");
    EXPECT_EQ(hello(3), "");
    EXPECT_EQ(change([&](Connection& each) { return cancel_job(each, kind, noon); }).error().reason, "job-over");

    const auto rude = make(backup({{"interrupt", true}}))->id;
    advance(seconds(1));
    EXPECT_EQ(in_system(1, true), "reboot");
    EXPECT_EQ(states(rude), "1:ending 2:called 3:called");
}

TEST_P(JobsTest, ASystemThatComesUpAgainHasFailed)
{
    const auto job = make(backup())->id;
    advance(seconds(1));
    EXPECT_EQ(hello(1), "bootboot/backup");
    EXPECT_EQ(hello(1), "") << "its kernel panicked";
    EXPECT_EQ(hello(2), "bootboot/backup");
    start_system(2, "boot/backup");
    in_system(2);
    EXPECT_EQ(hello(2), "");
    EXPECT_EQ(hello(3), "bootboot/backup");
    start_system(3, "boot/backup");
    in_system(3);
    change([&](Connection& each) -> Result<void> {
        pc_leaves_job(each, 3, "power-off", noon);
        return {};
    }).value();
    EXPECT_EQ(states(job), "1:failed 2:failed 3:failed");
    EXPECT_EQ(finish(2, false, "too late"), "");
}

TEST_P(JobsTest, WhatTakesTooLongFails)
{
    const auto job = make(backup({{"patience", 100}, {"longest", 1000}}))->id;
    advance(seconds(0));
    EXPECT_EQ(hello(1, seconds(5)), "bootboot/backup");
    EXPECT_EQ(hello(2, seconds(5)), "bootboot/backup");
    EXPECT_EQ(in_system(3, false, seconds(5)), "reboot");
    start_system(2, "boot/backup");
    in_system(2, false, seconds(50));
    advance(seconds(200));
    EXPECT_EQ(states(job), "1:failed 2:started 3:failed");
    advance(seconds(1051));
    EXPECT_EQ(states(job), "1:failed 2:failed 3:failed");
    EXPECT_EQ(find_job(connection(), job)->state, "done");
}

TEST_P(JobsTest, GoesOnWhenTheClockIsPutBack)
{
    const auto day = seconds(86'400);
    const auto job = make(backup({{"patience", 100}, {"spread", 10}, {"at_once", 2}}))->id;
    advance(day); // begins, with turns in its future
    EXPECT_EQ(states(job), "1:waiting 2:waiting 3:waiting");
    advance(seconds(0));
    EXPECT_EQ(states(job), "1:called 2:called 3:waiting") << "nobody waits for a day";
    advance(day + seconds(1000));
    EXPECT_EQ(states(job), "1:missed 2:missed 3:called");
    change([&](Connection& each) -> Result<void> {
        see_pc(each, 3, "10.0.0.7", noon + day + seconds(1001));
        return {};
    }).value();
    advance(seconds(500));
    EXPECT_EQ(states(job), "1:missed 2:missed 3:called");
    EXPECT_EQ(advance(seconds(520)).size(), 1U) << "it is woken, though it was seen and woken in the future";
    advance(seconds(599));
    EXPECT_EQ(states(job), "1:missed 2:missed 3:called");
    advance(seconds(601));
    EXPECT_EQ(states(job), "1:missed 2:missed 3:missed") << "its time is what it would have been";
}

TEST_P(JobsTest, ATimeBeginsAnewWhenTheClockIsPutForward)
{
    const auto job = make(backup({{"patience", 100}, {"pcs", {1, 2}}}))->id;
    advance(seconds(0));
    EXPECT_EQ(hello(1, seconds(5)), "bootboot/backup");
    EXPECT_EQ(states(job), "1:told 2:called");
    const seconds jump(86'400);
    change([&](Connection& each) -> Result<void> {
        give_jobs_time(each, noon + jump);
        return {};
    }).value();
    advance(jump + seconds(99));
    EXPECT_EQ(states(job), "1:told 2:called");
    advance(jump + seconds(101));
    EXPECT_EQ(states(job), "1:failed 2:missed");
}

TEST_P(JobsTest, RebootsWakesAndSwitchesOffWhatIsOn)
{
    const auto reboot = make({{"action", "reboot"}, {"pcs", {1}}, {"wake", false}})->id;
    EXPECT_TRUE(advance(seconds(0)).empty());
    EXPECT_EQ(in_menu(1), "reboot");
    EXPECT_EQ(hello(1), "");
    EXPECT_EQ(states(reboot), "1:done");

    const auto wake = make({{"action", "wake"}, {"pcs", {1, 2}}})->id;
    EXPECT_EQ(advance(seconds(30)).size(), 2U);
    EXPECT_EQ(in_system(1, true, seconds(31)), "") << "it is there";
    EXPECT_EQ(states(wake), "1:done 2:called");
    EXPECT_EQ(hello(2, seconds(32)), "");

    change([&](Connection& each) -> Result<void> {
        set_pc_state(each, 1, PcState::running, noon);
        set_pc_state(each, 2, PcState::off, noon);
        return {};
    }).value();
    const auto off = make({{"action", "power-off"}, {"pcs", {1, 2}}})->id;
    EXPECT_TRUE(advance(seconds(60)).empty()) << "nothing is woken to be switched off";
    EXPECT_EQ(states(off), "1:called 2:done");
    EXPECT_EQ(in_system(1), "power-off");
    change([&](Connection& each) -> Result<void> {
        pc_leaves_job(each, 1, "power-off", noon);
        return {};
    }).value();
    EXPECT_EQ(states(off), "1:done 2:done");
}

TEST_P(JobsTest, TurnsComeByChanceAndInTheirTime)
{
    const auto job = make(backup({{"at", "2027-01-15T08:01:00Z"}, {"spread", 100}}))->id; // noon + 60 s
    advance(seconds(59));
    EXPECT_EQ(find_job(connection(), job)->state, "planned");
    advance(seconds(60));
    EXPECT_EQ(states(job), "1:waiting 2:waiting 3:waiting");
    advance(seconds(109));
    EXPECT_EQ(states(job), "1:waiting 2:waiting 3:waiting");
    advance(seconds(110));
    EXPECT_EQ(states(job), "1:called 2:called 3:called");
}

TEST_P(JobsTest, APcIsInOneJobAtATime)
{
    const auto first = make(backup({{"pcs", {1}}}))->id;
    const auto second = make({{"action", "reboot"}, {"pcs", {1}}})->id;
    advance(seconds(0));
    EXPECT_EQ(states(first) + " " + states(second), "1:called 1:waiting");
    change([&](Connection& each) { return cancel_job(each, first, noon); }).value();
    advance(seconds(3));
    EXPECT_EQ(states(second), "1:called");
    EXPECT_EQ(in_menu(1), "reboot");
    ASSERT_TRUE(change([&](Connection& each) { return remove_pc(each, 1, "*"); })) << "jobs do not keep PCs";
    advance(seconds(6));
    EXPECT_EQ(find_job(connection(), second)->state, "done");
}
