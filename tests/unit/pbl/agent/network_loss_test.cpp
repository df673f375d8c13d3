#include "tests/unit/pbl/agent/fixture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace farboot::agent::testing_agent
{

using testing::Contains;
using testing::HasSubstr;

namespace
{

class NetworkLossTest : public AgentTest
{
protected:
    void boot(Face& face)
    {
        face.wait_state("menu");
        face.command("boot", "boot/debian-desktop");
    }
    [[nodiscard]] std::string path_of(const std::string& content) const
    {
        return "/store/v1/files/" + sha256(as_bytes(content)).hex();
    }
    [[nodiscard]] long requests_for(const std::string& path) const
    {
        const auto all = server_.requests();
        return std::count(all.begin(), all.end(), path);
    }
};

TEST_F(NetworkLossTest, NoNetworkIsSaidAndWaitedFor)
{
    std::filesystem::remove(options_.run / "network.json");
    start();
    auto face = connect();
    const auto waiting = face->wait_state("waiting");
    EXPECT_EQ(waiting.at("reason"), "network-missing");
    EXPECT_GT(waiting.at("seconds"), 0);
    write_network();
    EXPECT_FALSE(face->wait_state("menu").is_null());
}

TEST_F(NetworkLossTest, ServerAwayAtPowerOnIsCountedDownAndTriedAgain)
{
    server_.go_away();
    auto face = start_watched();
    std::vector<int> seconds;
    for (int i = 0; i < 8; ++i) {
        const auto waiting = face->wait_for([](const nlohmann::json& event) {
            return event.value("state", "") == "waiting" && event.value("reason", "") != "network-missing";
        });
        EXPECT_THAT(waiting.at("sentence").at("de").get<std::string>(), HasSubstr(server_.url()));
        seconds.push_back(waiting.at("seconds"));
    }
    EXPECT_EQ(seconds, (std::vector{1, 2, 1, 4, 3, 2, 1, 8}));
    server_.come_back();
    EXPECT_FALSE(face->wait_state("menu").is_null());
    wait_console("stage: menu-ready");
}

TEST_F(NetworkLossTest, ALostDownloadGoesOnWhereItWas)
{
    const auto path = path_of(first_initramfs_);
    std::atomic<int> calls = 0;
    std::atomic<bool> resumed = false;
    server_.answer(path, [&](TlsServer::Peer& peer, const std::string& request) {
        if (calls++ == 0) { // half of it, then the connection breaks and the server is away
            peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", first_initramfs_.size()));
            peer.send(first_initramfs_.substr(0, 500'000));
            server_.go_away();
            return peer.close();
        }
        resumed = request.find("Range: bytes=") != std::string::npos;
        answer_file(peer, request, first_initramfs_);
    });
    start();
    auto face = connect();
    boot(*face);
    const auto waiting = face->wait_state("waiting");
    EXPECT_EQ(waiting.at("record"), "boot/debian-desktop");
    EXPECT_GT(waiting.at("bytes"), 300'000) << "what has come is not lost";
    server_.come_back();
    face->wait_state("handover");
    EXPECT_TRUE(resumed);
    wait_console("stage: kexec\n");
    EXPECT_TRUE(system_.kexecs().at(0).initramfs.starts_with(first_initramfs_));
}

TEST_F(NetworkLossTest, ADownloadThatWaitsCanBeCancelled)
{
    const auto path = path_of(kernel_);
    server_.answer(path, [](TlsServer::Peer& peer, const std::string&) { peer.close(); });
    start();
    auto face = connect();
    boot(*face);
    face->wait_state("waiting");
    face->command("cancel");
    EXPECT_FALSE(face->wait_state("menu").is_null());
    EXPECT_FALSE(std::filesystem::exists(options_.run / "boot")) << "it lies in memory";
}

TEST_F(NetworkLossTest, AnAlteredFileIsTakenFromAnotherSource)
{
    const auto path = path_of(kernel_);
    server_.answer(path, [&](TlsServer::Peer& peer, const std::string&) {
        auto altered = kernel_;
        altered.back() = 'x';
        peer.answer("200 OK", altered);
    });
    const auto good = "/mirror/v1/files/" + sha256(as_bytes(kernel_)).hex();
    for (const auto* content : {&kernel_, &first_initramfs_, &second_initramfs_})
        server_.answer("/mirror/v1/files/" + sha256(as_bytes(*content)).hex(),
                       [content](auto& peer, const std::string& request) { answer_file(peer, request, *content); });
    set_menu({{"sources", {{{"url", server_.url() + "/store"}}, {{"url", server_.url() + "/mirror/"}}}}});
    start();
    auto face = connect();
    boot(*face);
    face->wait_state("handover");
    wait_console("stage: kexec\n");
    EXPECT_EQ(system_.kexecs().at(0).kernel, kernel_);
    EXPECT_EQ(requests_for(path), 2) << "once more past the caches";
    EXPECT_EQ(requests_for(good), 1);
}

TEST_F(NetworkLossTest, AFileThatIsAlteredEverywhereIsRefused)
{
    server_.answer(path_of(kernel_), [&](TlsServer::Peer& peer, const std::string&) {
        peer.answer("200 OK", std::string(kernel_.size(), 'x'));
    });
    start();
    const auto error = error_of_boot("boot/debian-desktop");
    EXPECT_EQ(error.at("reason"), "digest-mismatch");
    wait_console("farboot: refused: reason=digest-mismatch record=boot/debian-desktop: ");
    EXPECT_TRUE(system_.kexecs().empty());
}

TEST_F(NetworkLossTest, ATooLongFileIsRefusedWithoutBeingRead)
{
    server_.answer(path_of(kernel_), [&](TlsServer::Peer& peer, const std::string&) {
        peer.answer("200 OK", std::string(kernel_.size() + 1, 'k'));
    });
    start();
    EXPECT_EQ(error_of_boot("boot/debian-desktop").at("reason"), "too-long");
}

TEST_F(NetworkLossTest, AKioskTriesAgainAfterARefusal)
{
    set_menu({{"auto", {{"id", 7}, {"seconds", 0}}}});
    server_.put_record("boot/debian-desktop", "{}");
    start();
    auto face = connect();
    const auto waiting = face->wait_state("waiting");
    EXPECT_EQ(waiting.at("reason"), "envelope-malformed");
    EXPECT_GT(waiting.at("seconds"), 0);
    publish("debian-desktop");
    face->command("refresh"); // somebody came by: nothing boots by itself any more
    EXPECT_FALSE(face->wait_state("menu").is_null());
}

} // namespace

} // namespace farboot::agent::testing_agent
