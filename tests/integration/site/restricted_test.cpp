#include "rootfs/fetch/http.hpp"
#include "rootfs/image/local_image.hpp"
#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/integration/site/shipped_nginx.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <random>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

constexpr auto mine = "127.0.0.0/8"; ///< where the tests' clients are
constexpr auto others = "10.0.0.0/8";

/// A server whose audience "exam" has these networks, and an image that is published for it.
class Restricted : public ServerTest
{
protected:
    void SetUp() override
    {
        for (const auto* program : {"/usr/sbin/nginx", "/usr/bin/nbdkit", "/usr/bin/nbdcopy"})
            if (!std::filesystem::exists(program))
                GTEST_SKIP() << "needs " << program;
    }

    void start_for(const std::string& networks)
    {
        more_options_ = {"--restricted", "exam=" + networks, "--restricted", "staff=" + std::string(others),
                         "--proxy",      "127.0.0.1"};
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
        const auto payload = json::parse(farboot({"record", "show", path("exam.dsse"), "--json"}))["payload"];
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
                {{"/var/lib/farboot/", data().string() + "/"},
                 {"/srv/farboot/store/", store().string() + "/"},
                 {"127.0.0.1:8080", fmt::format("127.0.0.1:{}", plain_port_)}}};
    }
    json ask_for_token(const std::string& audience)
    {
        const auto answer = request("POST", "/api/v1/store-token", json{{"audience", audience}}.dump());
        return {{"status", answer.status}, {"body", json::parse(answer.body, nullptr, false)}};
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

} // namespace

TEST_F(Restricted, WhoBelongsToTheAudienceReadsTheImage)
{
    start_for(mine);
    publish(url(port_));
    const auto menu = json::parse(request("GET", "/api/v1/menu?for=session").body);
    EXPECT_EQ(menu["entries"][0]["record"], "vm/exam");
    EXPECT_THAT(menu["tokens"].get<std::string>(), testing::EndsWith("/api/v1/store-token"));
    EXPECT_EQ(request("GET", "/api/v1/records/vm/exam").status, 200);
    const NbdServer server(folder_.path / "nbd", reader_of(port_));
    expect_read(server);
}

TEST_F(Restricted, NobodyElseLearnsAnything)
{
    start_for(others);
    publish(url(port_));
    const auto menu = json::parse(request("GET", "/api/v1/menu?for=session").body);
    EXPECT_TRUE(menu["entries"].empty());
    for (const char* record : {"/api/v1/records/vm/exam", "/api/v1/records/vm/exam/1"}) {
        EXPECT_EQ(request("GET", record).status, 404);
        EXPECT_EQ(admin("GET", record).status, 200);
    }
    for (const auto& file : files("/store/restricted/exam")) {
        for (const char* method : {"GET", "HEAD"}) {
            const auto refused = request(method, file);
            EXPECT_EQ(refused.status, 403);
            EXPECT_EQ(refused.headers.count("etag"), 0U);
            EXPECT_THAT(refused.headers.at("content-length"), testing::Not(std::to_string(image_.size())));
        }
        for (const char* token : {"", "x", ",", "x,99999999999", "AAAAAAAAAAAAAAAAAAAAAA,99999999999"})
            EXPECT_EQ(request("GET", file, "", {{"Farboot-Token", token}}).status, 403) << token;
        // Not even an admin's page has a way around: tokens of programs are something else.
        EXPECT_EQ(admin("GET", file).status, 403);
    }
    for (const auto& file : files("/store"))
        EXPECT_EQ(request("GET", file).status, 404);
    for (const auto& file : files("/store/restricted/none"))
        EXPECT_EQ(request("GET", file).status, 403);
    EXPECT_EQ(ask_for_token("exam")["status"], 403);
    EXPECT_EQ(ask_for_token("exam")["body"], ask_for_token("none")["body"]);
    EXPECT_EQ(ask_for_token("")["status"], 403);
    EXPECT_EQ(request("POST", "/api/v1/store-token", "{}").status, 400);
    const auto why = json::parse(admin("GET", "/api/v1/explain?for=session&address=192.0.2.1").body);
    EXPECT_THAT(why.dump(), HasSubstr("for the audience exam alone"));

    auto parameters = reader_of(port_);
    parameters.emplace_back("give-up=2");
    const NbdServer server(folder_.path / "nbd", parameters);
    NbdClient client(server.uri());
    EXPECT_NE(client.read(0, 4096).error, 0);
    EXPECT_THAT(server.log(), HasSubstr("for certain networks and enrolled PCs only"));
}

TEST_F(Restricted, ATokenOpensOneAudienceAndIsMadeAnewWhenTheSecretIs)
{
    start_for(mine);
    publish(url(port_));
    const auto granted = ask_for_token("exam");
    ASSERT_EQ(granted["status"], 200);
    const Headers token{{"Farboot-Token", granted["body"]["token"].get<std::string>()}};
    for (const auto& file : files("/store/restricted/exam"))
        EXPECT_EQ(request("GET", file, "", token).status, 200);
    EXPECT_EQ(request("GET", files("/store/restricted/exam")[2], "", token).headers.at("cache-control"),
              "private, max-age=31536000, immutable");
    for (const auto& file : files("/store/restricted/staff"))
        EXPECT_EQ(request("GET", file, "", token).status, 403);

    const NbdServer server(folder_.path / "nbd", reader_of(port_));
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(0, 4096).bytes, image_.substr(0, 4096));
    server_->send(SIGTERM);
    server_->wait();
    std::filesystem::remove(data() / "store-secret.conf");
    start();
    for (const auto& file : files("/store/restricted/exam"))
        EXPECT_EQ(request("GET", file, "", token).status, 403);
    EXPECT_EQ(client.read(5'000'000, 4096).bytes, image_.substr(5'000'000, 4096)) << server.log();
}

TEST_F(Restricted, NginxAsItIsShippedChecksTheSame)
{
    start_for(mine);
    const auto nginx = serve_by_nginx();
    publish(url(nginx.port())); // uploads pass through it, too
    const NbdServer server(folder_.path / "nbd", reader_of(nginx.port()));
    expect_read(server);

    rootfs::HttpClient client({ca(), true});
    const auto status = [&](const std::string& file, const std::string& token) {
        rootfs::HttpRequest get;
        get.url = url(nginx.port()) + file;
        get.headers = {{"Farboot-Token", token}};
        get.max_body = 64 << 20;
        const auto answer = client.fetch(std::move(get));
        return answer ? answer->status : 0;
    };
    const auto token = ask_for_token("exam")["body"]["token"].get<std::string>();
    const auto comma = token.find(',');
    const auto later = token.substr(0, comma) + "," + std::to_string(std::stoll(token.substr(comma + 1)) + 1);
    for (const auto& file : files("/store/restricted/exam")) {
        EXPECT_EQ(status(file, token), 200);
        EXPECT_EQ(status(file, ""), 403);
        EXPECT_EQ(status(file, later), 403);
        EXPECT_EQ(status(file, "x,99999999999"), 403);
    }
    for (const auto& file : files("/store/restricted/staff"))
        EXPECT_EQ(status(file, token), 403);
    for (const auto& file : files("/store"))
        EXPECT_EQ(status(file, token), 404);
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    // No cache on the way keeps what is not for everybody, and nobody an old locator.
    const auto cache_control = [&](const std::string& file) {
        TlsClient any(static_cast<std::uint16_t>(nginx.port()), ca());
        any.send(request_text("GET", file, "", {{"Farboot-Token", token}}));
        return any.receive().headers["cache-control"];
    };
    EXPECT_EQ(cache_control(files("/store/restricted/exam")[2]), "private, max-age=31536000, immutable");
    EXPECT_EQ(cache_control(files("/store/restricted/exam")[1]), "no-cache");
}

TEST_F(Restricted, NginxTellsTheServerWhoAsks)
{
    start_for(others);
    const auto nginx = serve_by_nginx();
    publish(url(nginx.port()));
    rootfs::HttpClient client({ca(), true});
    rootfs::HttpRequest post;
    post.method = "POST";
    post.url = url(nginx.port()) + "/api/v1/store-token";
    post.body = R"({"audience": "exam"})";
    post.headers = {{"X-Forwarded-For", "10.1.1.1"}};
    const auto answer = client.fetch(std::move(post));
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->status, 403) << "a client has named its own address";
}
