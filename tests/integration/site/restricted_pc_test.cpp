#include "rootfs/base/encoding.hpp"
#include "rootfs/record/envelope.hpp"
#include "rootfs/record/key.hpp"
#include "rootfs/record/record.hpp"
#include "rootfs/system/relay_client.hpp"
#include "tests/integration/site/restricted_site.hpp"

#include <csignal>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

constexpr auto elsewhere = "10.0.0.0/8"; ///< where none of the test's clients is
constexpr auto uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";

/// A PC that belongs to the audience "exam" by nothing but its confirmed key: its programs, with what is handed over.
class EnrolledPc : public RestrictedSite
{
protected:
    void start_enrolled()
    {
        start_for(elsewhere);
        publish(url(port_));
        const auto room =
            admin("POST", "/api/v1/locations",
                  json{{"name", {{"en", "Exam room"}}}, {"uuids", {uuid}}, {"audiences", {"exam"}}}.dump());
        ASSERT_EQ(room.status, 201) << room.body;
        const auto waiting = hello();
        const auto confirmed = admin("POST", fmt::format("/api/v1/pcs/{}/enrolment", waiting["pc"]["id"].get<int>()),
                                     json{{"code", waiting["pc"]["key"]["code"]}}.dump());
        ASSERT_EQ(confirmed.status, 200) << confirmed.body;
        ASSERT_EQ(hello()["pc"]["key"]["state"], "confirmed");
        std::filesystem::create_directory(handed());
        write_whole(handed() / "server.json", json{{"version", 1}, {"server", url(port_)}}.dump());
        write_whole(handed() / "ca.pem", read_whole(ca()));
        hand_boot_record("");
        const auto boot = pc("boot-token", {{"record", "boot/debian"}, {"number", 1}});
        ASSERT_EQ(boot.status, 200) << boot.body;
        write_whole(handed() / "boot-token", json::parse(boot.body)["token"].get<std::string>());
    }
    json hello()
    {
        const auto statement =
            request("POST", "/api/v1/statement", json{{"nonce", base64(as_bytes(std::string(16, 'n')))}}.dump());
        const auto challenge = statement.headers.at("farboot-challenge");
        const auto message = fmt::format("farboot-pc-1\n127.0.0.1\n{}", challenge);
        const json proof{{"challenge", challenge},
                         {"key", "ed25519:" + base64(key_.public_key().raw)},
                         {"kept", "disk"},
                         {"signature", base64(as_bytes(key_.sign(as_bytes(message))))}};
        const auto answer =
            request("POST", "/api/v1/pc/hello", json{{"uuid", uuid}, {"boot_id", "1"}, {"proof", proof}}.dump());
        EXPECT_EQ(answer.status, 200) << answer.body;
        auto met = json::parse(answer.body);
        session_ = met["session"];
        return met;
    }
    Answer pc(const std::string& what, const json& body)
    {
        return request("POST", "/api/v1/pc/" + what, body.dump(), {{"Farboot-Pc", session_}});
    }
    /// What the system was started as: its image is for this audience, or for everybody.
    void hand_boot_record(const std::string& audience)
    {
        json image{{"manifest", std::string(64, 'a')}, {"root_bytes", 80}, {"bytes", 4096}};
        if (!audience.empty())
            image["audience"] = audience;
        const json record{{"version", 1}, {"type", "boot"}, {"series", "debian"}, {"number", 1}, {"image", image}};
        rootfs::Envelope envelope{rootfs::payload_type_of("boot"), record.dump(), {}};
        envelope.sign(key_);
        write_whole(handed() / "record.dsse", envelope.to_json());
    }
    [[nodiscard]] std::filesystem::path handed() const { return folder_.path / "handed"; }
    [[nodiscard]] std::vector<std::string> reader_with_session() const
    {
        auto parameters = reader_of(port_);
        parameters.push_back("session=" + (handed() / "pc-session").string());
        return parameters;
    }

    /// The system's service, to its end.
    int runs()
    {
        return run({FARBOOT_SYSTEM, "--folder", handed().string(), "--socket", path("people"), "run"}, &output_);
    }

    rootfs::SigningKey key_ = rootfs::SigningKey::generate();
    std::string session_;
    std::string output_;
};

} // namespace

TEST_F(EnrolledPc, TheReaderOfVirtualDisksAndVmchooserActAsThePc)
{
    start_enrolled();
    EXPECT_TRUE(json::parse(request("GET", "/api/v1/menu?for=session").body)["entries"].empty());
    EXPECT_EQ(request("GET", "/api/v1/records/vm/exam").status, 404);
    // Its service starts before the session is there.
    const NbdServer reader(folder_.path / "nbd", reader_with_session());
    const auto socket = folder_.path / "people";
    Process system({FARBOOT_SYSTEM, "--folder", handed().string(), "--socket", socket.string(), "run"},
                   folder_.path / "system.log");
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(handed() / "pc-session"); }))
        << read_whole(folder_.path / "system.log");
    expect_read(reader);

    const auto menu = rootfs::ask_relay(socket, "GET", "/api/v1/menu?for=session");
    ASSERT_TRUE(menu) << menu.error().sentence;
    EXPECT_EQ(json::parse(*menu)["entries"][0]["record"], "vm/exam");
    const auto record = rootfs::ask_relay(socket, "GET", "/api/v1/records/vm/exam");
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_EQ(json::parse(*record), json::parse(read_whole(path("exam.dsse"))));
    EXPECT_EQ(rootfs::ask_relay(socket, "GET", "/api/v1/records/vm/none").error().reason, "http-404");
    EXPECT_EQ(rootfs::ask_relay(socket, "POST", "/api/v1/store-token", R"({"audience": "exam"})").error().reason,
              "relay-refused");
    system.send(SIGTERM);
    EXPECT_EQ(system.wait(), 0);
    EXPECT_EQ(rootfs::ask_relay(socket, "GET", "/api/v1/menu?for=session").error().reason, "relay-away");
}

TEST_F(EnrolledPc, WhatAVirtualMachineHasReadMakesAProfile)
{
    start_enrolled();
    const auto control = (folder_.path / "nbd/control.sock").string();
    const Process system({FARBOOT_SYSTEM, "--folder", handed().string(), "--socket", path("people"), "--vm-reader",
                          control, "run", "--quiet-seconds", "1"},
                         folder_.path / "system.log");
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(handed() / "pc-session"); }));
    const NbdServer reader(folder_.path / "nbd", reader_with_session());
    ASSERT_EQ(reader.control(), control);
    expect_read(reader);
    const auto traces = [&] { return json::parse(admin("GET", "/api/v1/traces").body)["traces"]; };
    ASSERT_TRUE(eventually([&] { return !traces().empty(); })) << read_whole(folder_.path / "system.log");
    const auto trace = traces().at(0);
    EXPECT_EQ(trace["session"], "vm/exam");
    EXPECT_EQ(trace["manifest"], manifest_);

    farboot({"profile", "fetch", "-o", path("traces"), "--server", url(port_), "--ca", ca(), "--token-file",
             path("token")});
    const auto file = fmt::format("{}/{}-{}.csv", path("traces"), manifest_.substr(0, 12), trace["id"].get<int>());
    const auto made = json::parse(
        farboot({"profile", "make", file, "--json", "--store", rootfs::part_of_store(store(), "exam").string()}));
    EXPECT_EQ(made.at(0)["traces"], 1) << made;
    EXPECT_GT(made.at(0)["chunks"], 0) << made;
}

TEST_F(EnrolledPc, TheSessionBeginsBeforeARootThatIsNotForEverybody)
{
    start_enrolled();
    std::string output;
    hand_boot_record("exam");
    EXPECT_EQ(run({FARBOOT_READER, "begin", handed().string()}, &output), 0) << output;
    const NbdServer reader(folder_.path / "nbd", reader_with_session());
    expect_read(reader);
    // The system's service goes on with it.
    Process system(
        {FARBOOT_SYSTEM, "--folder", handed().string(), "--socket", (folder_.path / "people").string(), "run"},
        folder_.path / "system.log");
    ASSERT_TRUE(eventually([&] { return json::parse(admin("GET", "/api/v1/pcs/1").body)["state"] == "running"; }))
        << read_whole(folder_.path / "system.log");
    EXPECT_EQ(run({FARBOOT_READER, "begin", folder_.path.string()}, &output), 1);
    EXPECT_THAT(output, testing::HasSubstr("is no record of an image"));
}

TEST_F(EnrolledPc, ASystemWhoseTokenIsNoGoodIsNotStartedAgainAndAgain)
{
    start_enrolled();
    write_whole(handed() / "boot-token", "used long ago");
    const auto refused = runs();
    EXPECT_THAT(output_, testing::HasSubstr("token"));
    write_whole(handed() / "record.dsse", "damaged");
    const auto status = runs();
    EXPECT_THAT(read_whole(FARBOOT_SYSTEM_UNIT),
                testing::HasSubstr(fmt::format("\nRestartPreventExitStatus={}\n", status)));
    EXPECT_THAT(status, testing::AllOf(testing::Ne(EXIT_SUCCESS), testing::Ne(EXIT_FAILURE)));
    // A token can be good again until it is older than five minutes, which it is once the system has been up so long.
    const auto up = std::chrono::steady_clock::now().time_since_epoch();
    EXPECT_EQ(refused, up > std::chrono::minutes(5) ? status : EXIT_FAILURE);
}

TEST_F(EnrolledPc, ASystemWhoseServerDoesNotServeIsStartedAgain)
{
    start_enrolled();
    const auto server = read_whole(handed() / "server.json");
    write_whole(handed() / "server.json", json{{"version", 1}, {"server", url(port_) + "/elsewhere"}}.dump());
    EXPECT_EQ(runs(), EXIT_FAILURE) << output_;
    EXPECT_THAT(output_, testing::HasSubstr("404"));
    EXPECT_THAT(read_whole(FARBOOT_SYSTEM_UNIT), testing::HasSubstr("\nRestart=on-failure\n"));
    // Its token is as good as before.
    write_whole(handed() / "server.json", server);
    EXPECT_EQ(run({FARBOOT_READER, "begin", handed().string()}, &output_), 0) << output_;
}

TEST_F(EnrolledPc, ASleepingPcIsInStandby)
{
    start_enrolled();
    // The script as it is shipped, for which /run/farboot is this PC's.
    const auto systemd_calls = [&](const std::string& when) {
        return run(
            {"/usr/bin/unshare", "--mount", "/bin/sh", "-c",
             R"(mkdir -p /run/farboot && mount --bind "$1" /run/farboot && PATH=$2:$PATH exec "$3" "$4" suspend)", "sh",
             handed().string(), std::filesystem::path(FARBOOT_SYSTEM).parent_path().string(), FARBOOT_SLEEP, when},
            &output_);
    };
    const auto state = [&] { return json::parse(admin("GET", "/api/v1/pcs/1").body)["state"]; };
    EXPECT_EQ(systemd_calls("pre"), 0) << output_;
    EXPECT_EQ(state(), "booting") << "the system's session has not begun";
    EXPECT_EQ(run({FARBOOT_READER, "begin", handed().string()}, &output_), 0) << output_;
    EXPECT_EQ(systemd_calls("pre"), 0) << output_;
    EXPECT_EQ(state(), "standby") << output_;
    EXPECT_EQ(systemd_calls("post"), 0) << output_;
    EXPECT_EQ(state(), "running") << output_;
    server_->send(SIGKILL);
    server_->wait();
    EXPECT_EQ(systemd_calls("pre"), 0) << "no server keeps a PC from its sleep: " << output_;
}

TEST_F(EnrolledPc, TheSessionBeginsBeforeARootForEverybodyToo)
{
    start_enrolled();
    std::string output;
    server_->send(SIGKILL);
    server_->wait();
    EXPECT_EQ(run({FARBOOT_READER, "begin", handed().string()}, &output), 1) << "it waited: " << output;
    EXPECT_FALSE(std::filesystem::exists(handed() / "pc-session"));
    EXPECT_TRUE(std::filesystem::exists(handed() / "boot-token")) << "farboot-system tries again";
    start(); // on the same port
    EXPECT_EQ(run({FARBOOT_READER, "begin", handed().string()}, &output), 0) << output;
    EXPECT_TRUE(std::filesystem::exists(handed() / "pc-session"));
    EXPECT_FALSE(std::filesystem::exists(handed() / "boot-token"));
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/pcs/1").body)["state"], "booting") << "no system has said a word";
}
