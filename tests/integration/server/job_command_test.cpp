#include "tests/integration/server/pc_site.hpp"

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace
{

constexpr auto first_uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";
constexpr auto second_uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d33";
constexpr auto first_mac = "52:54:00:00:00:01";
constexpr auto second_mac = "52:54:00:00:00:02";
constexpr auto patience = std::chrono::seconds(60);

/// Hears magic packets, as a network card does. One at a time: this program may run twice, on both databases, and the
/// other one is waited for however long it takes.
class Ear
{
public:
    Ear()
    {
        flock(turn_, LOCK_EX);
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_port = htons(9);
        bound_ = bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
    }
    ~Ear()
    {
        close(socket_);
        close(turn_); // which begins the other one's
    }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    [[nodiscard]] bool bound() const { return bound_; }
    /// Until a packet for the card with this last byte comes.
    [[nodiscard]] bool hears(unsigned char last) const
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
            unsigned char packet[200];
            if (poll(&waiting, 1, 1000) != 1 || recv(socket_, packet, sizeof packet, 0) != 102)
                continue;
            const std::string text(reinterpret_cast<const char*>(packet), 102);
            std::string expected(6, '\xff');
            for (int i = 0; i < 16; ++i)
                expected += std::string("\x52\x54\x00\x00\x00", 5) + static_cast<char>(last);
            if (text == expected)
                return true;
        }
        return false;
    }

private:
    int turn_ = open("/tmp/farboot-test-port-9.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound_ = false;
};

/// `farboot job`, and what the server does for it.
class JobCommand : public PcSite
{
protected:
    void SetUp() override
    {
        PcSite::SetUp();
        const json room{{"name", {{"en", "Room"}}}, {"subnets", {"127.0.0.0/16"}}};
        ASSERT_EQ(admin("POST", "/api/v1/locations", room.dump()).status, 201);
        first_ = enrol(first_uuid, first_key_, first_mac);
        second_ = enrol(second_uuid, second_key_, second_mac);
    }
    std::string enrol(const char* uuid, const rootfs::SigningKey& key, const char* mac)
    {
        const auto pc = comes_up(uuid, &key, mac)["pc"];
        auto id = fmt::format("{}", pc["id"].get<int>());
        farboot({"pc", "confirm", id, pc["key"]["code"]});
        return id;
    }
    /// What becomes of a PC's part within a fair time.
    void await(const std::string& job, const std::string& part)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        std::string shown;
        while (shown.find(part) == std::string::npos && std::chrono::steady_clock::now() < end) {
            shown = farboot({"job", "show", job});
            usleep(200'000);
        }
        EXPECT_THAT(shown, HasSubstr(part));
    }
    /// The record's system begins; gives its session.
    json starts_system(const json& hello)
    {
        const Headers session{{"Farboot-Pc", hello["session"].get<std::string>()}};
        const json wanted{{"record", "boot/debian"}, {"number", 1}};
        const auto token = json::parse(request("POST", "/api/v1/pc/boot-token", wanted.dump(), session).body);
        const json begin{{"token", token["token"]}, {"record", "boot/debian"}};
        return json::parse(request("POST", "/api/v1/pc/system", begin.dump()).body)["session"];
    }

    rootfs::SigningKey first_key_ = rootfs::SigningKey::generate();
    rootfs::SigningKey second_key_ = rootfs::SigningKey::generate();
    std::string first_;
    std::string second_;
};

} // namespace

TEST_F(JobCommand, WakesARoomAndStartsASystemOnEachPc)
{
    const Ear ear;
    ASSERT_TRUE(ear.bound()) << "UDP port 9 is taken, or this test does not run as root";
    write_whole(path("secret"), "hush\n");
    const auto printed = farboot({"job", "run", "boot", "--record", "boot/debian", "--location", "1", "--name",
                                  "Nightly backup", "--then", "power-off", "--set", "partition=LABEL=data",
                                  "--secret-file", "password=" + path("secret")});
    const auto job = printed.substr(0, printed.find('\n'));
    EXPECT_TRUE(ear.hears(1));
    EXPECT_TRUE(ear.hears(2));

    const auto first = comes_up(first_uuid, &first_key_, first_mac);
    EXPECT_EQ(first["command"]["action"], "boot");
    EXPECT_EQ(first["command"]["record"], "boot/debian");
    const auto relayed = report(first["session"], {{"state", "preboot"}});
    EXPECT_EQ(relayed["wake"], json::array({second_mac})) << "the first can wake the second, which is in its room";
    auto session = starts_system(first);
    EXPECT_TRUE(report(session, {{"state", "running"}, {"people", 0}})["command"].is_null());
    await(job, "started");
    const auto briefing = request("POST", "/api/v1/pc/job", "{}", {{"Farboot-Pc", session.get<std::string>()}});
    EXPECT_EQ(json::parse(briefing.body)["parameters"], (json{{"partition", "LABEL=data"}, {"password", "hush"}}));
    EXPECT_THAT(farboot({"job", "show", job, "--json"}), AllOf(HasSubstr("LABEL=data"), Not(HasSubstr("hush"))));
    EXPECT_EQ(admin("GET", "/api/v1/audit?object=job:" + job).body.find("hush"), std::string::npos);
    const auto finished =
        report(session, {{"state", "running"}, {"job", {{"outcome", "done"}, {"sentence", "12 GB in 4 minutes"}}}});
    EXPECT_EQ(finished["command"]["action"], "power-off");

    const auto second = comes_up(second_uuid, &second_key_, second_mac);
    session = starts_system(second);
    report(session, {{"state", "running"}, {"people", 0}});
    const auto failed =
        report(session, {{"state", "running"}, {"job", {{"outcome", "failed"}, {"sentence", "There is no disk."}}}});
    EXPECT_EQ(failed["command"]["action"], "power-off");
    EXPECT_FALSE(report(session, {{"state", "running"}}).contains("wake"));

    EXPECT_THAT(farboot({"job", "wait", job}, 1),
                AllOf(HasSubstr("1 done, 1 failed"), HasSubstr("12 GB in 4 minutes"), HasSubstr("There is no disk."),
                      HasSubstr("1 of its PCs did not do what it wanted"), HasSubstr("Nightly backup")));
    EXPECT_EQ(json::parse(farboot({"job", "list", "--json"}))[0]["state"], "done");
    EXPECT_THAT(farboot({"job", "cancel", job}, 1), HasSubstr("has ended already"));
    EXPECT_THAT(farboot({"pc", "commands", first_}), HasSubstr("job " + job));
}

TEST_F(JobCommand, IsPlannedAndCancelled)
{
    const auto printed =
        farboot({"job", "run", "reboot", "--pc", first_, "--pc", second_, "--at", "2099-01-31T02:00:00Z", "--no-wake"});
    const auto job = printed.substr(0, printed.find('\n'));
    EXPECT_THAT(farboot({"job", "list"}), AllOf(HasSubstr("planned"), HasSubstr("at 2099-01-31T02:00:00Z")));
    EXPECT_TRUE(comes_up(first_uuid, &first_key_, first_mac)["command"].is_null()) << "its time has not come";
    EXPECT_THAT(farboot({"job", "cancel", job}), HasSubstr("cancelled"));
    EXPECT_EQ(json::parse(farboot({"job", "show", job, "--json"}))["state"], "cancelled");
}

TEST_F(JobCommand, SaysWhatIsWrong)
{
    EXPECT_THAT(farboot({"job", "run", "dance"}, 2), HasSubstr("dance"));
    EXPECT_THAT(farboot({"job", "run", "wake"}, 1), HasSubstr("names PCs, or a location"));
    EXPECT_THAT(farboot({"job", "run", "wake", "--pc", "1", "--location", "1"}, 2), HasSubstr("--location"));
    EXPECT_THAT(farboot({"job", "run", "boot", "--pc", first_}, 1), HasSubstr("boot record"));
    EXPECT_THAT(farboot({"job", "run", "boot", "--record", "boot/missing", "--pc", first_}, 1),
                HasSubstr("No record boot/missing is published"));
    EXPECT_THAT(farboot({"job", "run", "wake", "--pc", "99"}, 1), HasSubstr("There is no PC 99."));
    EXPECT_THAT(farboot({"job", "run", "wake", "--location", "99"}, 1), HasSubstr("There is no location 99."));
    EXPECT_THAT(farboot({"job", "run", "wake", "--pc", first_, "--at", "soon"}, 1), HasSubstr("2026-01-31T02:00:00Z"));
    EXPECT_THAT(farboot({"job", "show", "9"}, 1), HasSubstr("There is no job 9 that you may see."));
    EXPECT_THAT(farboot({"job", "cancel", "9"}, 1), HasSubstr("There is no job 9."));
    EXPECT_THAT(farboot({"job", "run", "wake", "--pc", first_, "--set", "partition"}, 2), HasSubstr("NAME=VALUE"));
    EXPECT_THAT(farboot({"job", "run", "wake", "--pc", first_, "--secret-file", "a=/nowhere"}, 1),
                HasSubstr("/nowhere: there is no line with the secret a."));
    const auto answer = request("POST", "/api/v1/pc/report", R"({"job": {"outcome": "perhaps"}})");
    EXPECT_EQ(answer.status, 400) << answer.body;
}
