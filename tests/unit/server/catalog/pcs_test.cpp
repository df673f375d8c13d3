#include "server/catalog/pcs.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_commands.hpp"
#include "server/catalog/pc_sessions.hpp"
#include "server/catalog/records.hpp"
#include "server/trust/pc_key.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;
using std::chrono::seconds;

namespace
{

const std::chrono::sys_seconds noon{seconds(1'800'000'000)};
const auto* const some_uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";
const auto* const bad_uuid = "03000200-0400-0500-0006-000700080009"; // in the firmware of many
const auto* const some_mac = "52:54:00:12:34:56";
const rootfs::RecordName debian{"boot", "debian"};

PcFacts facts_of(const char* uuid, const char* mac, const char* address = "10.0.0.7")
{
    return {.mac = rules::Mac::parse(mac), .uuid = rules::Uuid::parse(uuid), .hardware = {}, .address = address};
}

ProvenKey fresh_key()
{
    return {"ed25519:" + base64(rootfs::SigningKey::generate().public_key().raw), "disk"};
}

std::string code_of(const ProvenKey& key)
{
    return server::PcKey::parse(key.key)->code();
}

class PcsTest : public test::CatalogTest
{
protected:
    Result<Met> meet(const PcFacts& facts, const std::optional<ProvenKey>& key = {}, seconds after = seconds(0))
    {
        return change([&](Connection& connection) { return meet_pc(connection, facts, key, noon + after); });
    }
    Result<Pc> confirm(std::int64_t id, const std::string& code)
    {
        return change([&](Connection& connection) { return confirm_pc(connection, id, code, "anna", noon); });
    }
    std::int64_t enrol(const PcFacts& facts, const ProvenKey& key)
    {
        const auto id = meet(facts, key)->pc.id;
        EXPECT_TRUE(confirm(id, code_of(key)));
        return id;
    }
    PcSession begin(std::int64_t pc, const std::string& secret, const std::string& key = "")
    {
        change([&](Connection& connection) -> Result<void> {
            begin_pc_session(connection, secret, pc, PcSessionKind::preboot, key, !key.empty(), noon);
            return {};
        }).value();
        return *find_pc_session(connection(), secret, noon);
    }
};

FARBOOT_ON_EACH_DATABASE(PcsTest);

} // namespace

TEST_P(PcsTest, KnowsAPcAgainByItsUuidOrElseItsMac)
{
    const auto first = meet(facts_of(some_uuid, some_mac));
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->known);
    const auto again = meet(facts_of(some_uuid, "52:54:00:12:34:57", "10.0.0.8"));
    EXPECT_TRUE(again->known);
    EXPECT_EQ(again->pc.id, first->pc.id);
    EXPECT_EQ(again->pc.facts.address, "10.0.0.8");
    const auto by_mac = meet(facts_of(bad_uuid, some_mac));
    EXPECT_NE(by_mac->pc.id, first->pc.id) << "the UUID is that of many PCs";
    EXPECT_EQ(meet(facts_of(bad_uuid, some_mac))->pc.id, by_mac->pc.id);
    EXPECT_EQ(meet(facts_of("", "")).error().reason, "pc-nameless");
}

TEST_P(PcsTest, IsEnrolledWithTheKeyThatWasCompared)
{
    const auto key = fresh_key();
    const auto met = meet(facts_of(some_uuid, some_mac), key);
    ASSERT_TRUE(met);
    EXPECT_FALSE(met->enrolled);
    EXPECT_EQ(met->pc.asking_key, key.key);
    const auto id = met->pc.id;

    const auto swapped = fresh_key(); // somebody else says he is this PC, just before the admin's click
    ASSERT_TRUE(meet(facts_of(some_uuid, some_mac), swapped));
    EXPECT_EQ(confirm(id, code_of(key)).error().reason, "code-wrong");
    ASSERT_TRUE(meet(facts_of(some_uuid, some_mac), key));
    const auto confirmed = confirm(id, code_of(key));
    ASSERT_TRUE(confirmed) << confirmed.error().sentence;
    EXPECT_EQ(confirmed->confirmed_by, "anna");
    EXPECT_EQ(confirmed->asking_key, "");
    EXPECT_TRUE(meet(facts_of(some_uuid, some_mac), key)->enrolled);
    EXPECT_EQ(confirm(id, code_of(key)).error().reason, "nobody-asks");
    EXPECT_EQ(confirm(999, code_of(key)).error().reason, "not-found");
}

TEST_P(PcsTest, AStrangerDoesNotSpeakForAnEnrolledPc)
{
    const auto key = fresh_key();
    const auto id = enrol(facts_of(some_uuid, some_mac), key);
    for (const auto& proof : {std::optional<ProvenKey>(), std::optional(fresh_key())}) {
        const auto met = meet(facts_of(some_uuid, "52:54:00:66:66:66", "6.6.6.6"), proof);
        ASSERT_TRUE(met);
        EXPECT_EQ(met->pc.id, id);
        EXPECT_TRUE(met->stranger);
        EXPECT_FALSE(met->enrolled);
        EXPECT_EQ(met->pc.facts.address, "10.0.0.7");
    }
    EXPECT_NE(find_pc(connection(), id)->asking_key, "") << "an admin sees that there is another key";
    const auto moved = meet(facts_of("4c4c4544-0042-3510-8052-000000000001", "52:54:00:66:66:66", "10.0.0.9"), key);
    EXPECT_TRUE(moved->enrolled);
    EXPECT_EQ(moved->pc.id, id);
    EXPECT_EQ(moved->pc.facts.address, "10.0.0.9");
    EXPECT_EQ(moved->pc.facts.mac->text(), some_mac) << "it does not choose its location by saying another MAC";
}

TEST_P(PcsTest, AKeyIsOnePcsOnly)
{
    const auto key = fresh_key();
    const auto first = meet(facts_of(some_uuid, some_mac), key)->pc.id;
    const auto copy = meet(facts_of("4c4c4544-0042-3510-8052-000000000001", ""), key)->pc.id;
    ASSERT_NE(first, copy);
    ASSERT_TRUE(confirm(first, code_of(key)));
    EXPECT_EQ(confirm(copy, code_of(key)).error().reason, "key-taken");
}

TEST_P(PcsTest, SessionsEndWithTheKeyThatTheyBeganWith)
{
    const auto key = fresh_key();
    const auto id = enrol(facts_of(some_uuid, some_mac), key);
    EXPECT_TRUE(begin(id, "a", key.key).enrolled);
    EXPECT_FALSE(find_pc_session(connection(), "b", noon));
    EXPECT_FALSE(find_pc_session(connection(), "a", noon + pc_session_life + seconds(1)));
    EXPECT_TRUE(find_pc_session(connection(), "a", noon - seconds(200)));
    EXPECT_FALSE(find_pc_session(connection(), "a", noon - std::chrono::days(400))) << "the clock was ahead";
    EXPECT_FALSE(begin(id, "c").enrolled);
    EXPECT_FALSE(find_pc_session(connection(), "a", noon)) << "there is one at a time";
    begin(id, "d", key.key);
    ASSERT_TRUE(change([&](Connection& connection) { return unconfirm_pc(connection, id); }));
    EXPECT_FALSE(find_pc_session(connection(), "d", noon));
    EXPECT_FALSE(meet(facts_of(some_uuid, some_mac), key)->enrolled);
}

TEST_P(PcsTest, ABootTokenIsForOneSystemOnceAndSoon)
{
    const auto key = fresh_key();
    const auto id = enrol(facts_of(some_uuid, some_mac), key);
    const auto make = [&](const char* token) {
        const auto session = begin(id, "preboot", key.key);
        change([&](Connection& connection) -> Result<void> {
            make_boot_token(connection, token, session, debian, noon);
            return {};
        }).value();
    };
    const auto use = [&](const char* token, const rootfs::RecordName& record, seconds after) {
        return change(
            [&](Connection& connection) { return use_boot_token(connection, token, record, "system", noon + after); });
    };
    make("t");
    EXPECT_EQ(use("x", debian, seconds(1)).error().reason, "token-wrong");
    EXPECT_EQ(use("t", {"boot", "other"}, seconds(1)).error().reason, "token-wrong");
    EXPECT_EQ(use("t", debian, seconds(301)).error().reason, "token-wrong");
    EXPECT_EQ(use("t", debian, -seconds(3600)).error().reason, "token-wrong") << "the clock was ahead";
    const auto pc = use("t", debian, seconds(300));
    ASSERT_TRUE(pc) << pc.error().sentence;
    EXPECT_EQ(pc->id, id);
    const auto session = find_pc_session(connection(), "system", noon + seconds(300));
    ASSERT_TRUE(session);
    EXPECT_TRUE(session->enrolled);
    EXPECT_EQ(session->kind, PcSessionKind::system);
    EXPECT_FALSE(find_pc_session(connection(), "preboot", noon)) << "the preboot system is gone";
    EXPECT_EQ(use("t", debian, seconds(301)).error().reason, "token-wrong") << "once";
    make("u");
    make("v"); // another choice
    EXPECT_EQ(use("u", debian, seconds(1)).error().reason, "token-wrong");
    EXPECT_TRUE(use("v", debian, seconds(1)));
}

TEST_P(PcsTest, ASystemIsEnrolledAsSoonAsItsKeyIsConfirmed)
{
    const auto key = fresh_key();
    const auto id = meet(facts_of(some_uuid, some_mac), key)->pc.id;
    const auto start = [&](const std::string& proven) {
        change([&](Connection& connection) -> Result<void> {
            begin_pc_session(connection, "preboot", id, PcSessionKind::preboot, proven, false, noon);
            make_boot_token(connection, "token", *find_pc_session(connection, "preboot", noon), debian, noon);
            return {};
        }).value();
        return change(
            [&](Connection& connection) { return use_boot_token(connection, "token", debian, "system", noon); });
    };
    const auto enrolled = [&](const char* secret) { return find_pc_session(connection(), secret, noon)->enrolled; };
    ASSERT_TRUE(start(key.key));
    EXPECT_FALSE(enrolled("system"));
    ASSERT_TRUE(confirm(id, code_of(key)));
    EXPECT_TRUE(enrolled("system"));
    ASSERT_TRUE(start(""));
    EXPECT_FALSE(enrolled("system")) << "it has not proven the key";
    change([&](Connection& connection) -> Result<void> {
        begin_pc_session(connection, "menu", id, PcSessionKind::preboot, key.key, false, noon);
        return {};
    }).value();
    EXPECT_FALSE(enrolled("menu")) << "a preboot system says hello again";
    ASSERT_TRUE(start(key.key));
    EXPECT_TRUE(enrolled("system"));
    ASSERT_TRUE(change([&](Connection& connection) { return unconfirm_pc(connection, id); }));
    EXPECT_FALSE(find_pc_session(connection(), "system", noon)) << "its confirmation was taken back";
    ASSERT_TRUE(start(key.key));
    const auto other = fresh_key();
    meet(facts_of(some_uuid, some_mac), other);
    ASSERT_TRUE(confirm(id, code_of(other)));
    EXPECT_FALSE(enrolled("system")) << "another key counts now";
}

TEST_P(PcsTest, TellsHowStartsEnded)
{
    const auto id = meet(facts_of(some_uuid, some_mac))->pc.id;
    const auto up = [&](const char* boot_id, PcState before) {
        change([&](Connection& connection) -> Result<void> {
            begin_pc_boot(connection, id, boot_id, before, {{"network-up", 2.5}}, noon);
            return {};
        }).value();
    };
    up("1", PcState::off);
    up("1", PcState::preboot); // the menu was loaded again
    ASSERT_EQ(list_pc_boots(connection(), id).size(), 1U);
    change([&](Connection& connection) -> Result<void> {
        choose_pc_boot(connection, id, {debian, 7});
        tell_pc_stages(connection, id, true, {{"root-mounted", 9.25}});
        return {};
    }).value();
    up("2", PcState::running);
    up("3", PcState::booting);
    up("4", PcState::standby);
    up("5", PcState::preboot);
    change([&](Connection& connection) -> Result<void> {
        end_pc_boot(connection, id, "power-off", noon + seconds(5));
        return {};
    }).value();
    up("6", PcState::off);
    const auto boots = list_pc_boots(connection(), id);
    std::vector<std::string> endings;
    for (const auto& boot : boots)
        endings.push_back(boot.ending);
    EXPECT_EQ(endings, (std::vector<std::string>{"", "power-off", "left", "power-lost", "silent", "crash"}));
    EXPECT_EQ(boots.back().record, "boot/debian");
    EXPECT_EQ(boots.back().number, 7);
    ASSERT_EQ(boots.back().stages.size(), 1U);
    EXPECT_EQ(boots.back().stages[0].name, "network-up");
    ASSERT_EQ(boots.back().system_stages.size(), 1U);
    EXPECT_DOUBLE_EQ(boots.back().system_stages[0].seconds, 9.25);
    for (int i = 10; i < 40; ++i)
        up(std::to_string(i).c_str(), PcState::off);
    EXPECT_EQ(list_pc_boots(connection(), id).size(), 20U);
}

TEST_P(PcsTest, OnlyEnrolledPcsTakeCommandsAndEachOnce)
{
    const test::Signers signers;
    change([&](Connection& connection) { return install_policy(connection, signers.policy(1), noon); }).value();
    change([&](Connection& connection) { return publish(connection, signers.boot("debian", 1), noon); }).value();
    const auto tell = [&](std::int64_t pc, const char* action, const char* record = "") {
        return change([&](Connection& connection) { return command_pc(connection, pc, action, record, "anna", noon); });
    };
    const auto take = [&](const PcSession& session) {
        return change([&](Connection& connection) -> Result<std::optional<PcCommand>> {
                   return take_pc_command(connection, session, noon);
               })
            .value();
    };
    const auto other = meet(facts_of("", some_mac))->pc.id;
    EXPECT_EQ(tell(other, "reboot").error().reason, "not-enrolled");
    const auto key = fresh_key();
    const auto id = enrol(facts_of(some_uuid, ""), key);
    EXPECT_EQ(tell(id, "rm -rf").error().reason, "action-unknown");
    EXPECT_EQ(tell(id, "boot", "boot/unknown").error().reason, "record-unknown");
    EXPECT_EQ(tell(id, "boot", "vm/debian").error().reason, "record-unknown");
    EXPECT_EQ(tell(99, "reboot").error().reason, "not-found");

    ASSERT_TRUE(tell(id, "power-off"));
    const auto boot = tell(id, "boot", "boot/debian");
    ASSERT_TRUE(boot);
    EXPECT_EQ(list_pc_commands(connection(), id)[1].outcome, "replaced");
    EXPECT_FALSE(take({id, PcSessionKind::preboot, false})) << "the session has not proven the key";
    EXPECT_FALSE(take({id, PcSessionKind::system, true})) << "it is for the next start";
    const auto taken = take({id, PcSessionKind::preboot, true});
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->id, boot->id);
    EXPECT_EQ(taken->record, "boot/debian");
    EXPECT_FALSE(take({id, PcSessionKind::preboot, true})) << "once";
    change([&](Connection& connection) -> Result<void> {
        tell_pc_outcome(connection, other, boot->id, "not mine");
        tell_pc_outcome(connection, id, boot->id, "done");
        return {};
    }).value();
    EXPECT_EQ(list_pc_commands(connection(), id)[0].outcome, "done");
}

TEST_P(PcsTest, ListsInPagesAndForgets)
{
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(meet(facts_of("", fmt::format("52:54:00:00:00:0{}", i).c_str()),
                           i == 3 ? std::optional(fresh_key()) : std::nullopt)
                          ->pc.id);
    change([&](Connection& connection) -> Result<void> {
        set_pc_state(connection, ids[1], PcState::running, noon);
        return {};
    }).value();
    const auto ids_of = [&](const PcFilter& filter) {
        std::vector<std::int64_t> found;
        for (const auto& pc : list_pcs(connection(), filter))
            found.push_back(pc.id);
        return found;
    };
    EXPECT_EQ(ids_of({.after = 0, .limit = 2}), (std::vector{ids[0], ids[1]}));
    EXPECT_EQ(ids_of({.after = ids[1], .limit = 10}), (std::vector{ids[2], ids[3], ids[4]}));
    EXPECT_EQ(ids_of({.state = PcState::running}), (std::vector{ids[1]}));
    EXPECT_EQ(ids_of({.asking = true}), (std::vector{ids[3]}));
    const auto pc = *find_pc(connection(), ids[3]);
    EXPECT_EQ(
        change([&](Connection& connection) { return rename_pc(connection, pc.id, "\"old\"", "x"); }).error().reason,
        "changed-meanwhile");
    const auto named =
        change([&](Connection& connection) { return rename_pc(connection, pc.id, pc.etag(), "' \" ; -- ü"); });
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "' \" ; -- ü");
    EXPECT_NE(named->etag(), pc.etag());
    begin(pc.id, "s");
    ASSERT_TRUE(change([&](Connection& connection) { return remove_pc(connection, pc.id, named->etag()); }));
    EXPECT_FALSE(find_pc_session(connection(), "s", noon));
    EXPECT_FALSE(find_pc(connection(), pc.id));
}
