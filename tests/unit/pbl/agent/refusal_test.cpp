#include "tests/unit/pbl/agent/fixture.hpp"

namespace farboot::agent::testing_agent
{

using testing::HasSubstr;
using testing::IsEmpty;

namespace
{

/// Every refusal is seen by the person, with its reason, and leaves a menu that works.
class RefusalTest : public AgentTest
{
protected:
    void expect_refused(const std::string& reason, const std::string& record = "boot/bad")
    {
        publish("good");
        start();
        auto face = connect();
        face->wait_state("menu");
        face->command("boot", record);
        const auto error = face->wait_state("error");
        EXPECT_EQ(error.at("reason"), reason);
        EXPECT_EQ(error.at("record"), record);
        EXPECT_THAT(error.at("sentence").at("de").get<std::string>(), HasSubstr(record));
        EXPECT_THAT(error.at("sentence").at("en").get<std::string>(), HasSubstr(record));
        wait_console("farboot: refused: reason=" + reason + " record=" + record + ": ");
        EXPECT_THAT(system_.kexecs(), IsEmpty());

        server_.alter_statements({});
        face->command("boot", "boot/good");
        face->wait_state("handover");
    }

    [[nodiscard]] std::string payload() { return boot_record("bad").to_json(); }
};

TEST_F(RefusalTest, SignatureMissing)
{
    server_.put_record("boot/bad", rootfs::Envelope{rootfs::payload_type_of("boot"), payload(), {}}.to_json());
    expect_refused("signature-missing");
}

TEST_F(RefusalTest, KeyUnknown)
{
    server_.put_record("boot/bad", sign("boot", payload(), rootfs::SigningKey::generate()));
    expect_refused("key-unknown");
}

TEST_F(RefusalTest, SignatureInvalid)
{
    auto envelope = rootfs::Envelope::parse(sign("boot", payload(), keys_.publisher)).value();
    envelope.payload.replace(envelope.payload.find("quiet"), 5, "break");
    server_.put_record("boot/bad", envelope.to_json());
    expect_refused("signature-invalid");
}

TEST_F(RefusalTest, KeyWithoutTheRole)
{
    server_.put_record("boot/bad", sign("boot", payload(), keys_.online));
    expect_refused("signatures-too-few");
}

TEST_F(RefusalTest, AnotherTypesPayload)
{
    server_.put_record("boot/bad", sign("vm", payload(), keys_.publisher));
    expect_refused("type-mismatch");
}

TEST_F(RefusalTest, AnotherSeries)
{
    server_.put_record("boot/bad", server_.file("/api/v1/records/boot/debian-desktop"));
    expect_refused("series-mismatch");
}

TEST_F(RefusalTest, NoEnvelope)
{
    server_.put_record("boot/bad", "<html>Bitte anmelden</html>");
    expect_refused("envelope-malformed");
}

TEST_F(RefusalTest, MalformedPayload)
{
    server_.put_record(
        "boot/bad", sign("boot", R"({"type": "boot", "version": 1, "series": "bad", "number": 1})", keys_.publisher));
    expect_refused("record-malformed");
}

TEST_F(RefusalTest, NumberTooLow)
{
    server_.put_record("boot/bad", sign("boot", payload(), keys_.publisher));
    server_.alter_statements([](auto& statement) { statement.lowest = {{{"boot", "bad"}, 4}}; });
    expect_refused("number-too-low");
}

TEST_F(RefusalTest, Revoked)
{
    server_.put_record("boot/bad", sign("boot", payload(), keys_.publisher));
    server_.alter_statements([digest = sha256(as_bytes(payload()))](auto& statement) { statement.revoked = {digest}; });
    expect_refused("revoked");
}

TEST_F(RefusalTest, StatementForAnotherNonce)
{
    publish("bad");
    publish("good");
    start();
    auto face = connect();
    face->wait_state("menu");
    server_.alter_statements([](auto& statement) { statement.nonce = std::string(32, 'x'); });
    system_.skip(std::chrono::minutes(11));
    face->command("boot", "boot/bad");
    EXPECT_EQ(face->wait_state("error").at("reason"), "statement-stale");
    wait_console("farboot: refused: reason=statement-stale record=boot/bad: ");
    server_.alter_statements({});
    face->command("boot", "boot/good");
    EXPECT_FALSE(face->wait_state("handover").is_null());
}

TEST_F(RefusalTest, StatementRefusedAtPowerOnLeavesAMenuAndASentence)
{
    ASSERT_TRUE(system_.set_clock(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
    server_.alter_statements([](auto& statement) { statement.nonce = std::string(32, 'x'); });
    start();
    auto face = connect();
    face->wait_event("menu");
    EXPECT_EQ(face->wait_state("error").at("reason"), "statement-stale");
    wait_console("farboot: refused: reason=statement-stale record=statement/statement: ");
    server_.alter_statements({});
    face->command("refresh");
    EXPECT_FALSE(face->wait_state("menu").is_null());
}

TEST_F(RefusalTest, AServerThatHidesANewPolicyIsFoundOut)
{
    server_.alter_statements([](auto& statement) { statement.lowest = {{{"policy", "policy"}, 2}}; });
    start();
    auto face = connect();
    EXPECT_EQ(face->wait_state("error").at("reason"), "number-too-low");
    wait_console("farboot: refused: reason=number-too-low record=policy/policy: ");
}

TEST_F(RefusalTest, APolicyByAStrangerIsNotTaken)
{
    server_.put_record("policy/policy/2", sign("policy", policy_of(keys_, keys_.online, 2).to_json(), keys_.publisher));
    set_menu({{"policy", 2}});
    start();
    auto face = connect();
    EXPECT_EQ(face->wait_state("error").at("reason"), "signatures-too-few");
}

TEST_F(RefusalTest, AGraphicalLayerByAStrangerIsNotStartedAndTheMenuWorks)
{
    rootfs::GuiRecord gui{{{"gui", "standard"}, 2}, "Graphics", {sha256(as_bytes("image")), 80, 4096}};
    server_.put_record("gui/standard", sign("gui", gui.to_json(), rootfs::SigningKey::generate()));
    set_menu({{"gui", "gui/standard"}});
    set_gui_script("touch " + (folder_.path() / "ran").string() + "\n");
    start();
    auto face = connect();
    EXPECT_EQ(face->wait_state("error").at("reason"), "key-unknown");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "ran"));
}

TEST_F(RefusalTest, NotEnoughMemory)
{
    system_.meminfo = "MemAvailable: 2000 kB\n";
    start();
    EXPECT_EQ(error_of_boot("boot/debian-desktop").at("reason"), "memory-short");
}

TEST_F(RefusalTest, NotOnTheServer)
{
    start();
    EXPECT_EQ(error_of_boot("boot/nothing").at("reason"), "http-404");
}

} // namespace

} // namespace farboot::agent::testing_agent
