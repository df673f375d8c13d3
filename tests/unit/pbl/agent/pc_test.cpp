#include "tests/unit/pbl/agent/fixture.hpp"

#include <algorithm>

namespace farboot::agent::testing_agent
{

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace
{

json body_of(const std::string& request)
{
    return json::parse(request.substr(request.find("\r\n\r\n") + 4), nullptr, false);
}

/// A PC whose server registers PCs.
class PcTest : public AgentTest
{
protected:
    PcTest()
    {
        on("hello", [this](const json&) {
            auto answer = hello_;
            answer["menu"] = json::parse(server_.file("/api/v1/menu"));
            return answer;
        });
        on("report", [this](const json&) {
            return json{{"again", 5}, {"command", std::exchange(command_, nullptr)}, {"hello", false}};
        });
        on("boot-token", [](const json&) { return json{{"token", "the-token"}, {"seconds", 300}}; });
    }
    ~PcTest() override { stop(); } // what answers must be there until then

    void on(const std::string& what, std::function<json(const json&)> answer)
    {
        server_.answer("/api/v1/pc/" + what, [this, what, answer](TlsServer::Peer& peer, const std::string& request) {
            json reply;
            {
                const std::lock_guard lock(mutex_);
                told_.emplace_back(what, request);
                reply = answer(body_of(request));
            }
            changed_.notify_all();
            return peer.answer("200 OK", reply.dump());
        });
    }
    /// The bodies that this route was sent, once one of them is `wanted`, or a minute has passed.
    std::vector<json> wait_told(const std::string& what, const std::function<bool(const json&)>& wanted)
    {
        const auto all = [&] {
            std::vector<json> bodies;
            for (const auto& [route, request] : told_)
                if (route == what)
                    bodies.push_back(body_of(request));
            return bodies;
        };
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(1), [&] {
            return std::ranges::any_of(all(), wanted);
        })) << what;
        return all();
    }
    std::vector<std::string> requests_to(const std::string& what)
    {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> requests;
        for (const auto& [route, request] : told_)
            if (route == what)
                requests.push_back(request);
        return requests;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::pair<std::string, std::string>> told_;
    json command_ = nullptr; ///< with the next report
    json hello_{{"pc", {{"id", 12}, {"name", "Seat 3"}, {"key", {{"state", "waiting"}, {"code", "k7qm-2xpa"}}}}},
                {"session", "the-session"},
                {"again", 5},
                {"command", nullptr}};
};

TEST_F(PcTest, SaysWhatItIsAndShowsItsCode)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    const auto is_pc = [](const json& event) { return event.value("event", "") == "pc"; };
    ASSERT_TRUE(std::ranges::any_of(face->seen(), is_pc));
    const auto pc = *std::ranges::find_if(face->seen(), is_pc);
    EXPECT_EQ(pc.at("id"), 12);
    EXPECT_EQ(pc.at("key").at("code"), "k7qm-2xpa");
    EXPECT_THAT(pc.dump(), Not(HasSubstr("the-session")));
    const auto hello = wait_told("hello", [](const json&) { return true; }).front();
    EXPECT_EQ(hello.at("uuid"), "4C4C4544-0042-3510-8056-B7C04F564231");
    EXPECT_EQ(hello.at("hardware").at("product"), "OptiPlex & 7010");
    EXPECT_EQ(hello.at("hardware").at("cpu_flags"), json({"fpu", "avx2"}));
    EXPECT_EQ(hello.at("hardware").at("gpus"), json({"10de:1c82"}));
    EXPECT_EQ(hello.at("dhcp"), json({"domain=Chem.example.org", "server=10.0.2.1", "option-224=room 12"}));
    EXPECT_EQ(hello.at("boot_id").get<std::string>().size(), 36U);
    EXPECT_THAT(hello.at("stages").dump(), HasSubstr("statement-ok"));
    EXPECT_FALSE(hello.contains("proof")) << "there is no key";
    EXPECT_THAT(server_.requests(), Not(Contains(HasSubstr("/api/v1/menu")))) << "the hello has brought it";
}

TEST_F(PcTest, SomebodyLogsInWithHisPhoneAndTheMenuIsAskedForAnew)
{
    on("login", [](const json&) {
        return json{{"user_code", "BCDF-GHJK"},
                    {"verification_uri", "https://boot.example.org/account/"},
                    {"qr", {"101", "010", "111"}},
                    {"expires_in", 600},
                    {"interval", 2}};
    });
    auto polls = std::make_shared<int>(0);
    on("login/poll",
       [polls](const json&) { return json{{"state", ++*polls < 2 ? "waiting" : "confirmed"}, {"interval", 2}}; });
    on("login/end", [](const json&) { return json::object(); });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("log-in");
    const auto code = face->wait_event("login");
    EXPECT_EQ(code, (json{{"event", "login"},
                          {"state", "code"},
                          {"code", "BCDF-GHJK"},
                          {"url", "https://boot.example.org/account/"},
                          {"qr", {"101", "010", "111"}}}));
    EXPECT_THAT(requests_to("login").front(), HasSubstr("Farboot-Pc: the-session\r\n"));
    EXPECT_EQ(face->wait_event("login").at("state"), "none") << "confirmed";
    EXPECT_FALSE(face->wait_event("menu").is_null());
    EXPECT_EQ(requests_to("hello").size(), 2U);

    face->wait_state("menu");
    face->command("log-out");
    EXPECT_EQ(face->wait_event("login").at("state"), "none");
    EXPECT_FALSE(face->wait_event("menu").is_null()) << "everybody's again";
    EXPECT_EQ(requests_to("login/end").size(), 1U);
}

TEST_F(PcTest, ALogInThatComesToNothingIsTold)
{
    on("login", [](const json&) { return json{{"user_code", "BCDF-GHJK"}, {"interval", 2}}; });
    on("login/poll", [](const json&) { return json{{"state", "refused"}, {"interval", 2}}; });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("log-in");
    EXPECT_EQ(face->wait_event("login").at("state"), "code");
    EXPECT_EQ(face->wait_event("login").at("state"), "refused");
    server_.answer("/api/v1/pc/login", [](TlsServer::Peer& peer, const std::string&) {
        return peer.answer("403 Forbidden", R"({"error": {"code": "login-not-here", "sentence": "Not at this PC."}})");
    });
    face->command("log-in");
    const auto failed = face->wait_event("login");
    EXPECT_EQ(failed.at("state"), "failed");
    EXPECT_THAT(failed.at("sentence").at("de").get<std::string>(), HasSubstr("Not at this PC."));
    EXPECT_EQ(requests_to("hello").size(), 1U) << "nobody else is here";
}

TEST_F(PcTest, TheSystemIsHandedABootToken)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    const auto asked = wait_told("boot-token", [](const json&) { return true; });
    EXPECT_EQ(asked.front().at("record"), "boot/debian-desktop");
    EXPECT_EQ(asked.front().at("number"), 3);
    EXPECT_THAT(asked.front().at("stages").dump(), HasSubstr("record-verified"));
    EXPECT_THAT(requests_to("boot-token").front(), HasSubstr("Farboot-Pc: the-session\r\n"));
    const auto kexecs = system_.wait_kexecs(2);
    EXPECT_THAT(kexecs.at(0).initramfs, HasSubstr("the-token"));
    EXPECT_THAT(testing::PrintToString(kexecs.at(0).argv), Not(HasSubstr("the-token")));
    EXPECT_THAT(kexecs.at(0).initramfs, Not(HasSubstr("the-session")));
}

TEST_F(PcTest, HandsOverTheNewestSettingsIfTheRecordListsThem)
{
    hello_["settings"] = {{"locale", "de_DE.UTF-8"}};
    start();
    auto face = connect();
    face->wait_state("menu");
    on("boot-token",
       [](const json&) { return json{{"token", "the-token"}, {"settings", {{"locale", "en_GB.UTF-8"}}}}; });
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    const auto kexecs = system_.wait_kexecs(2);
    EXPECT_THAT(kexecs.at(0).initramfs, HasSubstr(R"({"locale":"en_GB.UTF-8"})"));
    EXPECT_THAT(kexecs.at(0).initramfs, HasSubstr("farboot/settings.json"));
    EXPECT_THAT(testing::PrintToString(kexecs.at(0).argv), Not(HasSubstr("en_GB")));
}

TEST_F(PcTest, HandsOverTheHellosSettingsWhereTheServerIsAwayByNow)
{
    hello_["settings"] = {{"locale", std::string(65'000, 'x')}}; // nearly as long as they can be
    server_.answer("/api/v1/pc/boot-token", [](TlsServer::Peer& peer, const std::string&) {
        return peer.answer("503 Service Unavailable", R"({"error": {"code": "busy", "sentence": "Later."}})");
    });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    EXPECT_THAT(system_.wait_kexecs(2).at(0).initramfs, HasSubstr(R"({"locale":"xxxxx)"));
}

TEST_F(PcTest, HandsOverNoMoreThanTheRecordAllows)
{
    hello_["settings"] = {{"locale", "de_DE.UTF-8"}};
    publish("debian-desktop", [](rootfs::BootRecord& record) { record.data = {{"settings.json", 23}}; });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    EXPECT_THAT(system_.wait_kexecs(2).at(0).initramfs, Not(HasSubstr("settings.json")));
    EXPECT_THAT(wait_console("stage: kexec\n"), HasSubstr("settings.json is longer than the record allows"));
}

TEST_F(PcTest, AServerThatGivesNoTokenKeepsNobodyFromBooting)
{
    server_.answer("/api/v1/pc/boot-token", [](TlsServer::Peer& peer, const std::string&) {
        return peer.answer("503 Service Unavailable", R"({"error": {"code": "busy", "sentence": "Later."}})");
    });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    EXPECT_THAT(wait_console("stage: kexec\n"), HasSubstr("there is no boot token"));
}

TEST_F(PcTest, DoesWhatAnAdminWantsAndSaysSo)
{
    command_ = {{"id", 9}, {"action", "reboot"}};
    start();
    connect()->wait_state("menu");
    const auto reports = wait_told("report", [](const json& body) { return body.contains("done"); });
    EXPECT_EQ(reports.front().at("state"), "preboot");
    EXPECT_THAT(reports.front().at("stages").dump(), HasSubstr("menu-ready"));
    const auto& last = reports.back();
    EXPECT_EQ(last.at("state"), "off");
    EXPECT_EQ(last.at("ending"), "reboot");
    EXPECT_EQ(last.at("done"), (json{{"id", 9}, {"outcome", "done"}}));
    while (system_.power().empty())
        std::this_thread::yield();
    EXPECT_EQ(system_.power(), "reboot");
    EXPECT_THAT(wait_console("stage: command"), HasSubstr("action=reboot"));
}

TEST_F(PcTest, BootsWhatAnAdminWantsInsteadOfItsOwn)
{
    set_menu({{"auto", {{"id", 7}, {"seconds", 3000}}}});
    hello_["command"] = {{"id", 9}, {"action", "boot"}, {"record", "boot/debian-desktop"}};
    auto face = start_watched();
    EXPECT_EQ(face->wait_state("handover").at("record"), "boot/debian-desktop");
    EXPECT_THAT(face->states(), Not(Contains("countdown")));
}

TEST_F(PcTest, APersonsPowerOffIsToldToo)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("power-off");
    const auto reports = wait_told("report", [](const json& body) { return body.at("state") == "off"; });
    EXPECT_EQ(reports.back().at("ending"), "power-off");
    while (system_.power().empty())
        std::this_thread::yield();
    EXPECT_EQ(system_.power(), "power-off");
}

TEST_F(PcTest, ASilentServerDoesNotKeepAPcOn)
{
    std::atomic<bool> asked = false;
    server_.answer("/api/v1/pc/report", [&](TlsServer::Peer& peer, const std::string&) {
        asked = true;
        peer.wait_until_gone();
    });
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("power-off");
    while (system_.power().empty())
        std::this_thread::yield();
    EXPECT_TRUE(asked);
    stop();
}

TEST_F(PcTest, WithoutASessionItSaysHelloAgain)
{
    server_.answer("/api/v1/pc/report", [](TlsServer::Peer& peer, const std::string&) {
        return peer.answer("401 Unauthorized", R"({"error": {"code": "pc-unknown", "sentence": "Who?"}})");
    });
    start();
    connect()->wait_state("menu");
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(1), [&] { return told_.size() >= 2; }));
    EXPECT_EQ(told_.at(1).first, "hello");
}

} // namespace

} // namespace farboot::agent::testing_agent
