#pragma once

#include "rootfs/image/local_image.hpp"
#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/integration/site/shipped_nginx.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <random>

namespace farboot::test
{

/// A server whose audience "exam" has these networks, and an image that is published for it.
class RestrictedSite : public ServerTest
{
protected:
    void SetUp() override
    {
        for (const auto* program : {"/usr/sbin/nginx", "/usr/bin/nbdkit", "/usr/bin/nbdcopy"})
            if (!std::filesystem::exists(program))
                GTEST_SKIP() << "needs " << program;
    }

    /// The networks of the audience "exam".
    void start_for(const std::string& networks)
    {
        more_options_ = {"--restricted",     "exam=" + networks, "--restricted",
                         "staff=10.0.0.0/8", "--proxy",          "127.0.0.1"};
        ServerTest::SetUp();
        write_whole(path("token"), token_ + "\n");
        std::filesystem::permissions(path("token"), std::filesystem::perms::owner_read);
        std::mt19937_64 random(1);
        while (image_.size() < 6'000'000) {
            const auto value = random();
            image_.append(reinterpret_cast<const char*>(&value), 8);
        }
        write_whole(path("image"), image_);
        farboot({"key", "new", path("publisher.pem")});
        farboot({"policy", "new", "--publisher", path("publisher.pem"), "--statement",
                 (data() / "statement.pub").string(), "--sign", path("publisher.pem"), "-o", path("policy.dsse")});
        std::string output;
        ASSERT_EQ(command({"policy", path("policy.dsse")}, &output), 0) << output;
    }
    void publish(const std::string& url)
    {
        farboot({"publish",      "vm",
                 "--audience",   "exam",
                 "--store",      path("mine"),
                 "--series",     "exam",
                 "--number",     "auto",
                 "--title",      "Exam",
                 "--image",      path("image"),
                 "--key",        path("publisher.pem"),
                 "-o",           path("exam.dsse"),
                 "--server",     url,
                 "--ca",         ca(),
                 "--token-file", path("token")});
        const auto entry = admin("POST", "/api/v1/entries",
                                 R"({"kind": "vm", "record": "vm/exam", "title": {"de": "", "en": "Exam"},
                                     "description": {"de": "", "en": ""}, "icon": "vm", "visible": true,
                                     "auto_seconds": null})",
                                 {{"Content-Type", "application/json"}});
        ASSERT_EQ(entry.status, 201) << entry.body;
        const auto payload = nlohmann::json::parse(farboot({"record", "show", path("exam.dsse"), "--json"}))["payload"];
        manifest_ = payload["image"]["manifest"];
        const auto part = rootfs::Store::open(rootfs::part_of_store(store(), "exam"));
        ASSERT_TRUE(part) << part.error().sentence;
        pack_ = part->packs().front().hex();
        EXPECT_FALSE(std::filesystem::exists(store() / "v1/packs")) << "its chunks lie where everybody's do";
    }

    std::string farboot(std::vector<std::string> words)
    {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        std::string output;
        EXPECT_EQ(run(words, &output), 0) << output;
        return output;
    }
    [[nodiscard]] std::string path(const char* name) const { return (folder_.path / name).string(); }
    [[nodiscard]] std::string ca() const { return (data() / "ca.pem").string(); }
    [[nodiscard]] std::string url(int port) const { return fmt::format("https://127.0.0.1:{}", port); }
    /// The paths of all its files in the store, and of the same among what everybody may read.
    [[nodiscard]] std::vector<std::string> files(const std::string& part) const
    {
        return {part + "/v1/manifests/" + manifest_, part + "/v1/locators/" + manifest_,
                part + "/v1/packs/" + pack_.substr(0, 2) + "/" + pack_};
    }
    [[nodiscard]] ShippedNginx serve_by_nginx() const
    {
        return {folder_.path / "nginx",
                "farboot.conf",
                data(),
                {{"/var/lib/farboot-server/", data().string() + "/"},
                 {"/srv/farboot/store/", store().string() + "/"},
                 {"127.0.0.1:8080", fmt::format("127.0.0.1:{}", plain_port_)}}};
    }
    nlohmann::json ask_for_token(const std::string& audience)
    {
        const auto answer = request("POST", "/api/v1/store-token", nlohmann::json{{"audience", audience}}.dump());
        return {{"status", answer.status}, {"body", nlohmann::json::parse(answer.body, nullptr, false)}};
    }
    [[nodiscard]] std::vector<std::string> reader_of(int port) const
    {
        return {"policy=" + (folder_.path / "policy.dsse").string(), "record=" + (folder_.path / "exam.dsse").string(),
                "ca=" + ca(), "source=" + url(port) + "/store", "tokens=" + url(port) + "/api/v1/store-token"};
    }
    void expect_read(const NbdServer& server)
    {
        std::string output;
        EXPECT_EQ(run({"nbdcopy", server.uri(), path("copy")}, &output), 0) << output << server.log();
        EXPECT_TRUE(read_whole(path("copy")) == image_);
    }

    std::string image_;
    std::string manifest_;
    std::string pack_;
};

} // namespace farboot::test
