#include "rootfs/system/pc_session.hpp"

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/key.hpp"
#include "rootfs/record/record.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include <grp.h>
#include <unistd.h>

namespace farboot::rootfs
{

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing_fetch::Authority;
using testing_fetch::TlsServer;

namespace
{

/// What a system has been handed, and the server that has started it.
class PcSessionTest : public testing::Test
{
protected:
    PcSessionTest() : identity_(authority_.issue())
    {
        server_ = std::make_unique<TlsServer>(&identity_, [this](TlsServer::Peer& peer, const std::string& request) {
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            if (closes_ > 0) {
                --closes_;
                return peer.close();
            }
            peer.answer(status_, answer_);
        });
        Envelope envelope{
            payload_type_of("boot"), R"({"version": 1, "type": "boot", "series": "debian", "number": 3})", {}};
        envelope.sign(SigningKey::generate());
        hand("server.json", json{{"version", 1}, {"server", server_->url("")}}.dump());
        hand("ca.pem", authority_.certificate());
        hand("record.dsse", envelope.to_json());
        hand("boot-token", "the-token");
    }
    void hand(const std::string& name, const std::string& content) { folder_.write(name, content); }
    std::string content(const std::string& name)
    {
        std::ifstream stream(folder_.path() / name);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    std::vector<std::string> requests()
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    testing_fetch::Folder folder_;
    Authority authority_;
    testing_fetch::Identity identity_;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::atomic<int> closes_ = 0;
    std::string status_ = "200 OK";
    std::string answer_ = R"({"session": "the-session", "pc": {"id": 12, "name": ""}, "again": 30})";
    std::unique_ptr<TlsServer> server_;
};

TEST_F(PcSessionTest, BeginsWithTheTokenAndGoesOnWithTheSession)
{
    auto session = PcSession::open(folder_.path(), {});
    ASSERT_TRUE(session) << session.error().sentence;
    EXPECT_THAT(requests().at(0), HasSubstr("POST /api/v1/pc/system "));
    EXPECT_THAT(requests().at(0), HasSubstr(R"("token":"the-token")"));
    EXPECT_THAT(requests().at(0), HasSubstr(R"("record":"boot/debian")"));
    EXPECT_EQ(content("pc-session"), "the-session");
    const auto mode = std::filesystem::status(folder_.path() / "pc-session").permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "boot-token"));

    auto again = PcSession::open(folder_.path(), {}); // the service was started again
    ASSERT_TRUE(again);
    EXPECT_EQ(requests().size(), 1U);
    ASSERT_TRUE(again->tell("report", {{"state", "running"}}, {}));
    EXPECT_THAT(requests().at(1), HasSubstr("Farboot-Pc: the-session\r\n"));
    answer_ = "";
    EXPECT_TRUE(again->send_text("trace", "a trace", {}));
    EXPECT_THAT(requests().at(2), HasSubstr("\r\n\r\na trace"));
}

TEST_F(PcSessionTest, ProgramsThatStartTogetherBeginOneSession)
{
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> programs;
        for (int i = 0; i < 8; ++i)
            programs.emplace_back([&] { good += PcSession::open(folder_.path(), {}) ? 1 : 0; });
    }
    EXPECT_EQ(good, 8);
    EXPECT_EQ(requests().size(), 1U) << "the token is good for once";
}

TEST_F(PcSessionTest, AsksForPeopleAndIsSharedWithAGroup)
{
    auto session = PcSession::open(folder_.path(), {});
    ASSERT_TRUE(session) << session.error().sentence;
    answer_ = "a menu";
    EXPECT_EQ(session->ask("GET", "/api/v1/menu?for=session", "", {}).value(), "a menu");
    EXPECT_THAT(requests().at(1), testing::StartsWith("GET /api/v1/menu?for=session "));
    EXPECT_THAT(requests().at(1), HasSubstr("Farboot-Pc: the-session\r\n"));
    status_ = "404 Not Found";
    EXPECT_EQ(session->ask("GET", "/api/v1/records/vm/x", "", {}).error().reason, "http-404");

    const auto mode = [&] { return std::filesystem::status(folder_.path() / "pc-session").permissions(); };
    EXPECT_TRUE(share_session(folder_.path(), "no-such-group"));
    EXPECT_EQ(mode(), std::filesystem::perms{0600});
    const auto* own = ::getgrgid(::getgid());
    ASSERT_NE(own, nullptr);
    EXPECT_TRUE(share_session(folder_.path(), own->gr_name));
    EXPECT_EQ(mode(), std::filesystem::perms{0640});
}

TEST_F(PcSessionTest, BeginsBeforeTheRootAndWaitsOnlyWhereTheImageNeedsIt)
{
    const auto hand_image = [&](const json& image) {
        Envelope envelope{
            payload_type_of("boot"),
            json{{"version", 1}, {"type", "boot"}, {"series", "debian"}, {"number", 3}, {"image", image}}.dump(),
            {}};
        envelope.sign(SigningKey::generate());
        hand("record.dsse", envelope.to_json());
    };
    json image{{"manifest", std::string(64, 'a')}, {"root_bytes", 80}, {"bytes", 4096}};
    hand_image(image);
    closes_ = 1;
    EXPECT_FALSE(begin_session_for_root(folder_.path(), {})) << "the server is away";
    EXPECT_EQ(content("boot-token"), "the-token") << "farboot-system tries again";
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "pc-session"));
    EXPECT_TRUE(begin_session_for_root(folder_.path(), {}).value());
    EXPECT_EQ(content("pc-session"), "the-session");
    const auto again = begin_session_for_root(folder_.path(), {});
    EXPECT_TRUE(again.value()) << "there is a session";
    EXPECT_EQ(requests().size(), 2U);

    std::filesystem::remove(folder_.path() / "pc-session");
    EXPECT_FALSE(begin_session_for_root(folder_.path(), {}).value())
        << "no token: the server does not register this PC";
    image["audience"] = "exam";
    hand_image(image);
    EXPECT_EQ(begin_session_for_root(folder_.path(), {}).error().reason, "not-registered");
    hand("boot-token", "the-token");
    closes_ = 1;
    EXPECT_TRUE(begin_session_for_root(folder_.path(), {}).value());
    EXPECT_EQ(content("pc-session"), "the-session");
    EXPECT_EQ(requests().size(), 4U);
    hand("record.dsse", "nonsense");
    EXPECT_EQ(begin_session_for_root(folder_.path(), {}).error().reason, "handover-malformed");
}

TEST_F(PcSessionTest, WaitsForAServerThatIsAway)
{
    closes_ = 2;
    const auto session = PcSession::open(folder_.path(), {});
    ASSERT_TRUE(session) << session.error().sentence;
    EXPECT_GE(requests().size(), 3U);
}

TEST_F(PcSessionTest, ATokenThatIsNoGoodIsToldAndNotTriedAgain)
{
    status_ = "403 Forbidden";
    answer_ = R"({"error": {"code": "token-wrong", "sentence": "Too late."}})";
    const auto session = PcSession::open(folder_.path(), {});
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().reason, "http-403");
    EXPECT_THAT(session.error().sentence, HasSubstr("Too late."));
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(PcSessionTest, StopsWaitingWhenItIsStopped)
{
    closes_ = 1'000'000;
    std::stop_source stop;
    std::jthread stopper([&] {
        while (requests().empty())
            std::this_thread::yield();
        stop.request_stop();
    });
    EXPECT_EQ(PcSession::open(folder_.path(), stop.get_token()).error().reason, "cancelled");
}

TEST_F(PcSessionTest, WhatWasNotHandedOver)
{
    std::filesystem::remove(folder_.path() / "boot-token");
    EXPECT_EQ(PcSession::open(folder_.path(), {}).error().reason, "not-registered");
    hand("boot-token", "the-token");
    hand("record.dsse", "nonsense");
    EXPECT_EQ(PcSession::open(folder_.path(), {}).error().reason, "handover-malformed");
    hand("server.json", "{}");
    EXPECT_EQ(PcSession::open(folder_.path(), {}).error().reason, "handover-malformed");
    std::filesystem::remove(folder_.path() / "server.json");
    EXPECT_EQ(PcSession::open(folder_.path(), {}).error().reason, "not-registered");
    EXPECT_EQ(requests().size(), 0U);
}

} // namespace

} // namespace farboot::rootfs
