#include "tests/soak/s3/s3_store.hpp"

#include "rootfs/image/locator.hpp"

#include <nlohmann/json.hpp>

#include <thread>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class S3Restricted : public S3Store
{
protected:
    void SetUp() override
    {
        S3Store::SetUp();
        manifest_ = publish("exam", "exam", 70 << 20, 1);
        good(copy({"--record", path("exam.dsse")}));
        open_to_all(); // what is not below restricted/
    }
    [[nodiscard]] std::string address(const std::string& file) const
    {
        return "/" + bucket_ + "/farboot/restricted/exam/" + file;
    }
    /// "v1/packs/…", below the audience's part.
    std::vector<std::string> files()
    {
        const std::string part = "farboot/restricted/exam/";
        auto names = cluster_->list(bucket_, part);
        for (auto& name : names)
            name.erase(0, part.size());
        return names;
    }
    json grant(const json& question)
    {
        const auto answer = request("POST", "/api/v1/store-token", question.dump());
        return {{"status", answer.status}, {"body", json::parse(answer.body, nullptr, false)}};
    }

    std::string manifest_;
};

TEST_F(S3Restricted, WhoBelongsToTheAudienceReadsTheImageFromTheBucket)
{
    const auto menu = json::parse(request("GET", "/api/v1/menu?for=session").body);
    EXPECT_EQ(menu["sources"], (json::array({{{"url", url()}}})));
    EXPECT_THAT(menu["tokens"].get<std::string>(), testing::EndsWith("/api/v1/store-token"));
    const NbdServer reader(folder_.path / "nbd", reader_of("exam"));
    expect_reads(reader, "exam");
    EXPECT_THAT(reader.log(), Not(HasSubstr("X-Amz-Signature")));
    EXPECT_THAT(log(), Not(HasSubstr("X-Amz-Signature")));
}

TEST_F(S3Restricted, NobodyElseLearnsAnything)
{
    const auto names = files();
    ASSERT_GT(names.size(), 3U);
    const auto queries = grant({{"audience", "exam"}, {"source", url()}, {"paths", names}})["body"]["queries"];
    for (const auto& name : names) {
        const auto size = cluster_->send("HEAD", address(name)).length;
        ASSERT_TRUE(size);
        for (const char* method : {"GET", "HEAD"}) {
            const auto refused = cluster_->ask(method, address(name));
            EXPECT_EQ(refused.status, 403) << name;
            EXPECT_NE(refused.length, size);
        }
        EXPECT_EQ(cluster_->ask("GET", address(name) + "?" + queries[name].get<std::string>()).status, 200);
        // What opens one file opens no other, and nothing but its reading.
        EXPECT_EQ(cluster_->ask("HEAD", address(name) + "?" + queries[name].get<std::string>()).status, 403);
        EXPECT_EQ(cluster_->ask("DELETE", address(name) + "?" + queries[name].get<std::string>()).status, 403);
        const auto other = name == names.front() ? names.back() : names.front();
        EXPECT_EQ(cluster_->ask("GET", address(name) + "?" + queries[other].get<std::string>()).status, 403);
    }
    for (const char* folder : {"", "restricted/", "restricted/exam/"})
        EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "?list-type=2&prefix=farboot/" + folder).status, 403);
    EXPECT_NE(cluster_->ask("GET", "/" + bucket_ + "/farboot/v1/locators/" + manifest_).status, 200);

    // A PC of another network gets nothing, whatever it asks for; and nobody what is no file of an image.
    EXPECT_EQ(grant({{"audience", "staff"}, {"source", url()}, {"paths", names}})["status"], 403);
    for (const auto& paths : {json::array(), json(names.front()), json::array({1}), json::array({""}),
                              json::array({"v1/"}), json::array({"../" + names.front()}),
                              json::array({names.front(), "x"}), json(std::vector<std::string>(257, names.front()))})
        EXPECT_EQ(grant({{"audience", "exam"}, {"source", url()}, {"paths", paths}})["status"], 400) << paths;
    EXPECT_EQ(grant({{"audience", "exam"}, {"source", url()}})["status"], 400);
    // Another source gets what nginx and the server check, which opens nothing here.
    const auto token = grant({{"audience", "exam"}, {"source", "https://127.0.0.1/store"}, {"paths", names}});
    EXPECT_EQ(token["status"], 200);
    EXPECT_TRUE(token["body"].contains("token"));
    EXPECT_FALSE(token["body"].contains("queries"));
}

TEST_F(S3Restricted, WhatOpensAFileEnds)
{
    const rootfs::S3Signer signer(cluster_->key(), "us-east-1");
    const auto file = address("v1/locators/" + manifest_);
    const auto query = [&](std::chrono::seconds ago) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return signer.query({"GET", cluster_->endpoint().substr(8), file, {}, {}}, std::chrono::seconds(60), now - ago);
    };
    EXPECT_EQ(cluster_->ask("GET", file + "?" + query(std::chrono::seconds(0))).status, 200);
    EXPECT_EQ(cluster_->ask("GET", file + "?" + query(std::chrono::seconds(61))).status, 403);
}

TEST_F(S3Restricted, WithoutLeaveTheReaderSaysWhy)
{
    auto parameters = reader_of("exam");
    parameters.back() = "tokens=" + url(); // nobody there gives any out
    parameters.emplace_back("give-up=2");
    const NbdServer reader(folder_.path / "nbd", parameters);
    NbdClient client(reader.uri());
    EXPECT_NE(client.read(0, 4096).error, 0);
}
