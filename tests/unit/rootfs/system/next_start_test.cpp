#include "rootfs/system/next_start.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/envelope.hpp"
#include "rootfs/record/key.hpp"
#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>

#include <sys/resource.h>

namespace farboot::rootfs
{

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing_fetch::Authority;
using testing_fetch::TlsServer;

namespace
{

constexpr auto kernel_bytes = "a kernel";
constexpr auto initramfs_bytes = "an initramfs";

FileRef ref(std::string_view content)
{
    return {sha256(as_bytes(content)), content.size()};
}

/// What the running kernel was given.
struct Loaded {
    std::string kernel;
    std::string initramfs;
    std::string cmdline;
};

/// A server with two versions of boot/debian and a PC that runs the first.
class NextStartTest : public testing::Test
{
protected:
    NextStartTest() : identity_(authority_.issue())
    {
        server_ = std::make_unique<TlsServer>(&identity_, [this](TlsServer::Peer& peer, const std::string& request) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            const auto [status, body] = answer(request);
            peer.answer(status, body);
        });
        for (auto number : {1U, 2U})
            records_.push_back(record(number));
        folder_.write("server.json", json{{"version", 1}, {"server", server_->url("")}}.dump());
        folder_.write(
            "sources.json",
            json{{"version", 1}, {"sources", {{{"url", server_->url("/bad")}}, {{"url", server_->url("/store")}}}}}
                .dump());
        folder_.write("ca.pem", authority_.certificate());
        folder_.write("pc-session", "the-session");
        folder_.write("network.json", R"({"version": 1, "address": "127.0.0.1/8"})");
        folder_.write("handover.env", "MAC=52:54:00:12:34:56\nLEASE=3600\nTIME=7\n");
        folder_.write("record.dsse", records_[0]);
        folder_.write("policy.dsse", policy(1));
    }

    std::string sealed(const char* type, const std::string& payload, const SigningKey& key)
    {
        Envelope envelope{payload_type_of(type), payload, {}};
        envelope.sign(key);
        return envelope.to_json();
    }
    std::string record(std::uint64_t number)
    {
        BootRecord record;
        record.header = {{"boot", "debian"}, number};
        record.title = "Debian";
        record.kernel = ref(kernel_bytes);
        record.initramfs = {ref(initramfs_bytes)};
        record.cmdline = "boot=farboot quiet";
        record.data = {{"settings.json", 1000}};
        return sealed("boot", record.to_json(), publisher_);
    }
    std::string policy(std::uint64_t number)
    {
        Policy policy;
        policy.header = {{"policy", "policy"}, number};
        const auto add = [&](const SigningKey& key, const char* type) {
            const auto id = key.public_key().id();
            policy.keys.emplace(id, PolicyKey{key.public_key(), type});
            policy.roles.push_back({{type}, {"*"}, 1, {id}});
        };
        add(root_, "policy");
        add(publisher_, "boot");
        add(number == 1 ? old_online_ : online_, "statement");
        return sealed("policy", policy.to_json(), root_);
    }
    std::string statement(const std::string& request)
    {
        const auto body = json::parse(request.substr(request.find("\r\n\r\n") + 4));
        Statement statement;
        statement.nonce = from_base64(body["nonce"].get<std::string>()).value();
        statement.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        statement.lowest = {{{"boot", "debian"}, lowest_}, {{"policy", "policy"}, policy_}};
        statement.revoked = revoked_;
        return sealed("statement", statement.to_json(), policy_ == 1 ? old_online_ : online_);
    }
    std::pair<const char*, std::string> answer(const std::string& request)
    {
        const auto asks = [&](const std::string& what) { return request.starts_with(what + " "); };
        if (asks("POST /api/v1/statement"))
            return {"200 OK", statement(request)};
        if (asks("GET /api/v1/records/policy/policy/2") && policy_ == 2)
            return {"200 OK", policy(2)};
        if (asks("GET /api/v1/records/boot/debian"))
            return {"200 OK", records_[offered_ - 1]};
        if (asks("POST /api/v1/pc/boot-token"))
            return {"200 OK", R"({"token": "the-token", "seconds": 300, "settings": {"time_zone": "Europe/Berlin"}})"};
        if (asks("GET /store/v1/files/" + ref(kernel_bytes).digest.hex()))
            return {"200 OK", kernel_bytes};
        if (asks("GET /store/v1/files/" + ref(initramfs_bytes).digest.hex()))
            return {"200 OK", initramfs_bytes};
        if (request.starts_with("GET /bad/"))
            return {"200 OK", "wrong"};
        return {"404 Not Found", ""};
    }

    /// "": it was loaded.
    std::string reason()
    {
        auto session = PcSession::open(folder_.path(), {});
        const auto content = [](const OutputFile& file) {
            std::ifstream stream(fmt::format("/proc/self/fd/{}", file.fd()), std::ios::binary);
            return std::string(std::istreambuf_iterator<char>(stream), {});
        };
        const auto load = [&](OutputFile kernel, OutputFile initramfs, const std::string& cmdline) -> Result<void> {
            loaded_ = Loaded{content(kernel), content(initramfs), cmdline};
            return {};
        };
        const auto done = load_next_start(*session, folder_.path(), {"boot", "debian"}, load, {}, folder_.path());
        return done ? "" : done.error().reason;
    }
    bool asked(const std::string& what)
    {
        const std::lock_guard lock(mutex_);
        return std::ranges::any_of(requests_, [&](const auto& request) { return request.starts_with(what); });
    }

    testing_fetch::Folder folder_;
    Authority authority_;
    testing_fetch::Identity identity_;
    SigningKey root_ = SigningKey::generate();
    SigningKey publisher_ = SigningKey::generate();
    SigningKey old_online_ = SigningKey::generate();
    SigningKey online_ = SigningKey::generate();
    std::vector<std::string> records_;
    std::size_t offered_ = 2;
    std::uint64_t lowest_ = 1;
    std::uint64_t policy_ = 1;
    std::vector<Digest> revoked_;
    std::optional<Loaded> loaded_;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::unique_ptr<TlsServer> server_;
};

TEST_F(NextStartTest, TheVersionThatIsOfferedIsHandedOverAsByThePrebootSystem)
{
    EXPECT_EQ(reason(), "");
    ASSERT_TRUE(loaded_);
    EXPECT_EQ(loaded_->kernel, kernel_bytes);
    EXPECT_EQ(loaded_->cmdline, "boot=farboot quiet");
    EXPECT_THAT(loaded_->initramfs, testing::StartsWith(std::string(initramfs_bytes) + "070701"));
    for (const auto* name : {"record.dsse", "policy.dsse", "ca.pem", "server.json", "sources.json", "network.json",
                             "handover.env", "boot-token", "settings.json"})
        EXPECT_THAT(loaded_->initramfs, HasSubstr(std::string("farboot/") + name));
    EXPECT_THAT(loaded_->initramfs, HasSubstr(records_[1]));
    EXPECT_THAT(loaded_->initramfs, HasSubstr("the-token"));
    EXPECT_THAT(loaded_->initramfs, HasSubstr("Europe/Berlin"));
    EXPECT_THAT(loaded_->initramfs, HasSubstr("MAC=52:54:00:12:34:56\nTIME=1"));
    EXPECT_THAT(loaded_->initramfs, Not(HasSubstr("TIME=7\n")));
    EXPECT_THAT(loaded_->initramfs, Not(HasSubstr("the-session"))) << "the next system begins its own";
    EXPECT_TRUE(asked("GET /bad/v1/files/")) << "whose bytes were wrong";
}

TEST_F(NextStartTest, AnotherKeyOfTheServersIsFollowedByItsPolicy)
{
    policy_ = 2;
    EXPECT_EQ(reason(), "");
    ASSERT_TRUE(loaded_);
    EXPECT_THAT(loaded_->initramfs, HasSubstr(policy(2)));
}

TEST_F(NextStartTest, NothingIsLoadedThatThePrebootSystemWouldRefuse)
{
    lowest_ = 3;
    EXPECT_EQ(reason(), "number-too-low");
    lowest_ = 1;
    revoked_ = {sha256(as_bytes(Envelope::parse(records_[1])->payload))};
    EXPECT_EQ(reason(), "revoked");
    revoked_ = {};
    const auto mine = SigningKey::generate();
    records_[1] = sealed("boot", Envelope::parse(records_[1])->payload, mine);
    EXPECT_EQ(reason(), "key-unknown");
    records_[1] = record(2);
    online_ = mine;
    policy_ = 3; // signed by nobody that a policy names
    EXPECT_EQ(reason(), "key-unknown");
    EXPECT_FALSE(loaded_);
    EXPECT_FALSE(asked("POST /api/v1/pc/boot-token"));
}

TEST_F(NextStartTest, AFileWithOtherBytesIsNotLoaded)
{
    folder_.write("sources.json", json{{"version", 1}, {"sources", {{{"url", server_->url("/bad")}}}}}.dump());
    EXPECT_EQ(reason(), "digest-mismatch");
    EXPECT_FALSE(loaded_);
}

TEST_F(NextStartTest, AnAddressThatIsNoLongerOursIsNotTakenAgain)
{
    folder_.write("network.json", R"({"version": 1, "address": "192.0.2.1/24"})");
    EXPECT_EQ(reason(), "address-changed");
}

TEST_F(NextStartTest, WhatDoesNotFitIntoMemoryIsNotFetched)
{
    folder_.write("meminfo", "MemTotal: 4000000 kB\nMemAvailable: 0 kB\n");
    EXPECT_EQ(reason(), "memory-short");
    EXPECT_FALSE(asked("GET /bad/"));
    EXPECT_FALSE(asked("GET /store/"));
}

TEST(LoadKernel, SaysWhyTheKernelTakesNone)
{
    auto kernel = OutputFile::in_memory("kernel");
    auto initramfs = OutputFile::in_memory("initramfs");
    ASSERT_TRUE(kernel && initramfs);
    ASSERT_TRUE(kernel->append("no kernel"));
    const auto done = load_kernel(std::move(*kernel), std::move(*initramfs), "quiet");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "kexec-failed");
    EXPECT_THAT(done.error().sentence, HasSubstr("The running kernel does not take the next one: "));
}

TEST(LoadKernel, AFileThatCannotBeOpenedIsNotGivenToTheKernel)
{
    auto kernel = OutputFile::in_memory("kernel");
    auto initramfs = OutputFile::in_memory("initramfs");
    ASSERT_TRUE(kernel && initramfs);
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit none{0, usual.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto done = load_kernel(std::move(*kernel), std::move(*initramfs), "quiet");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "kexec-failed");
    EXPECT_THAT(done.error().sentence, HasSubstr("cannot be opened for reading: Too many open files."));
}

} // namespace

} // namespace farboot::rootfs
