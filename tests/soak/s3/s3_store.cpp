#include "tests/soak/s3/s3_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <random>

namespace farboot::test
{

std::unique_ptr<Folder> S3Store::cluster_folder_;
std::unique_ptr<CephCluster> S3Store::cluster_;

void S3Store::SetUpTestSuite()
{
    cluster_folder_ = std::make_unique<Folder>();
    cluster_ = std::make_unique<CephCluster>(cluster_folder_->path);
}

void S3Store::TearDownTestSuite()
{
    cluster_.reset();
    cluster_folder_.reset();
}

void S3Store::SetUp()
{
    static int number = 0;
    bucket_ = fmt::format("images-{}", ++number);
    ASSERT_EQ(cluster_->send("PUT", "/" + bucket_).status, 200) << cluster_->log();
    more_options_ = {"--restricted",  "exam=127.0.0.0/8",
                     "--restricted",  "staff=10.0.0.0/8",
                     "--s3-source",   url(),
                     "--s3-key-file", write_key("server-key", cluster_->key())};
    ServerTest::SetUp();
    write_whole(path("ca.pem"), read_whole(data() / "ca.pem") + read_whole(cluster_->ca()));
    good({"key", "new", path("publisher.pem")});
    good({"policy", "new", "--publisher", path("publisher.pem"), "--statement", (data() / "statement.pub").string(),
          "--sign", path("publisher.pem"), "-o", path("policy.dsse")});
}

std::string S3Store::write_key(const std::string& name, const rootfs::S3Key& key) const
{
    write_whole(path(name), fmt::format("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                                        key.access_key, key.secret_key));
    std::filesystem::permissions(path(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path(name);
}

int S3Store::farboot(std::vector<std::string> words, std::string* output)
{
    words.insert(words.begin(), FARBOOT_PROGRAM);
    return run(words, output);
}

std::string S3Store::good(const std::vector<std::string>& words)
{
    std::string output;
    EXPECT_EQ(farboot(words, &output), 0) << output;
    return output;
}

std::string S3Store::publish(const std::string& series, const std::string& audience, std::size_t bytes, unsigned seed)
{
    std::mt19937_64 random(seed);
    std::string image(bytes, '\0');
    for (std::size_t i = 0; i + 8 <= bytes; i += 8) {
        const auto value = random();
        image.replace(i, 8, reinterpret_cast<const char*>(&value), 8);
    }
    write_whole(path(series), image);
    write_whole(path(series + ".kernel"), "the kernel of " + series);
    std::vector<std::string> words{"publish",     "boot",
                                   "--store",     path("mine"),
                                   "--series",    series,
                                   "--number",    "1",
                                   "--title",     series,
                                   "--image",     path(series),
                                   "--kernel",    path(series + ".kernel"),
                                   "--initramfs", path(series + ".kernel"),
                                   "--key",       path("publisher.pem"),
                                   "-o",          path(series + ".dsse")};
    if (!audience.empty())
        words.insert(words.end(), {"--audience", audience});
    good(words);
    return nlohmann::json::parse(
        good({"record", "show", path(series + ".dsse"), "--json"}))["payload"]["image"]["manifest"];
}

std::vector<std::string> S3Store::copy(std::vector<std::string> what) const
{
    what.insert(what.begin(), {"image", "copy"});
    what.insert(what.end(), {"--store", path("mine"), "--to", "s3://" + bucket_ + "/farboot", "--s3-endpoint",
                             cluster_->endpoint(), "--ca", path("ca.pem"), "--s3-key-file", path("server-key")});
    return what;
}

void S3Store::open_to_all()
{
    // As docs/store.md has it.
    const auto policy = fmt::format(R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{}/farboot/v1/*"}}]}})",
                                    bucket_);
    const auto set = cluster_->send("PUT", "/" + bucket_, {{"policy", ""}}, policy);
    ASSERT_LT(set.status, 300) << set.body;
}

std::vector<std::string> S3Store::reader_of(const std::string& series) const
{
    return {"policy=" + path("policy.dsse"), "record=" + path(series + ".dsse"), "ca=" + path("ca.pem"),
            "source=" + url(), fmt::format("tokens=https://127.0.0.1:{}/api/v1/store-token", port_)};
}

void S3Store::expect_reads(const NbdServer& reader, const std::string& series)
{
    std::string output;
    EXPECT_EQ(run({"nbdcopy", reader.uri(), path("copy")}, &output), 0) << output << reader.log();
    EXPECT_TRUE(read_whole(path("copy")) == read_whole(path(series))) << reader.log();
}

} // namespace farboot::test
