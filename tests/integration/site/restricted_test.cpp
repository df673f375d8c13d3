#include "rootfs/fetch/http.hpp"
#include "tests/integration/site/restricted_site.hpp"

#include <csignal>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

constexpr auto mine = "127.0.0.0/8"; ///< where the tests' clients are
constexpr auto others = "10.0.0.0/8";

using Restricted = RestrictedSite;

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

TEST_F(Restricted, NginxTakesFilesByTusOfAnyLength)
{
    start_for(mine);
    const auto nginx = serve_by_nginx();
    const std::string disk(5'000'000, 'd'); // what else nginx takes has 2 MB at most
    write_whole(folder_.path / "disk.raw", disk);
    const auto at_nginx = [&](std::vector<std::string> words) {
        words.insert(words.end(), {"--server", url(nginx.port()), "--ca", ca(), "--token-file", path("token")});
        farboot(words);
    };
    at_nginx({"upload", "send", path("disk.raw")});
    ASSERT_TRUE(eventually([&] { return json::parse(admin("GET", "/api/v1/uploads/1").body)["state"] == "complete"; }))
        << admin("GET", "/api/v1/uploads/1").body;
    at_nginx({"upload", "fetch", "1", "-o", path("back.raw")});
    EXPECT_EQ(read_whole(folder_.path / "back.raw"), disk);
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
