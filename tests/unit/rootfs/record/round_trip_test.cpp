#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

/// parse(to_json(x)) == x for many x within the limits, the limits themselves among them.
namespace farboot::rootfs
{
namespace
{

class Arbitrary
{
public:
    explicit Arbitrary(unsigned seed) : random_(seed) {}

    std::uint64_t number(std::uint64_t lowest, std::uint64_t highest)
    {
        switch (std::uniform_int_distribution(0, 5)(random_)) { // the ends are where the bugs are
        case 0:
            return lowest;
        case 1:
            return highest;
        default:
            return std::uniform_int_distribution(lowest, highest)(random_);
        }
    }
    std::uint32_t small(std::uint64_t lowest, std::uint64_t highest)
    {
        return static_cast<std::uint32_t>(number(lowest, highest));
    }
    bool coin() { return number(0, 1) == 1; }
    std::string of(std::vector<std::string> choices) { return choices[number(0, choices.size() - 1)]; }

    std::string series()
    {
        std::string name = of({"a", "0", "z"});
        for (std::uint64_t length = number(0, 63); name.size() <= length;)
            name += of({"a", "9", ".", "_", "-"});
        return name;
    }
    std::string title()
    {
        std::string text;
        for (std::uint64_t left = number(0, 200); left > 0; --left)
            text += of({"a", " ", "\"", "\\", "/", "ü", "ß", "漢", "🖥", "\u00a0"});
        return text;
    }
    std::string cmdline()
    {
        std::string text;
        for (std::uint64_t left = number(0, 2048); left > 0; --left)
            text += static_cast<char>(number(0x20, 0x7e));
        return text;
    }
    std::string raw(std::uint64_t size)
    {
        std::string bytes;
        while (bytes.size() < size)
            bytes += static_cast<char>(number(0, 255));
        return bytes;
    }
    Digest digest() { return sha256(as_bytes(raw(8))); }
    RecordHeader header(std::string type) { return {{std::move(type), series()}, number(1, (1ULL << 53) - 1)}; }
    FileRef file() { return {digest(), number(1, 4ULL << 30)}; }
    ImageRef image() { return {digest(), number(1, (1ULL << 53) - 1), number(0, (1ULL << 53) - 1)}; }

private:
    std::mt19937_64 random_;
};

/// One test a type, not one a seed: ctest starts a process for each.
class RoundTrip : public testing::Test
{
protected:
    void for_many(const std::function<void(Arbitrary&)>& test)
    {
        for (unsigned seed = 1; seed <= 40 && !HasFailure(); ++seed) {
            SCOPED_TRACE(fmt::format("seed {}", seed));
            Arbitrary any(seed);
            test(any);
        }
    }
};

template <class T>
void expect_round_trip(const T& value)
{
    auto parsed = T::parse(value.to_json());
    ASSERT_TRUE(parsed) << parsed.error().sentence << "\n" << value.to_json();
    EXPECT_EQ(*parsed, value) << value.to_json();
    EXPECT_EQ(parsed->to_json(), value.to_json());
}

TEST_F(RoundTrip, BootRecord)
{
    for_many([](Arbitrary& any) {
        BootRecord record;
        record.header = any.header("boot");
        record.title = any.title();
        record.kernel = any.file();
        for (auto left = any.number(0, 8); left > 0; --left)
            record.initramfs.push_back(any.file());
        record.cmdline = any.cmdline();
        if (any.coin())
            record.image = any.image();
        for (auto left = any.number(0, 64); left > 0; --left)
            record.data.push_back({fmt::format("{}.{}", left, any.of({"json", "txt"})), any.number(0, 4ULL << 30)});
        record.offline_days = any.small(0, 36'500);
        expect_round_trip(record);
        EXPECT_EQ(*RecordHeader::parse(record.to_json()), record.header);
    });
}

TEST_F(RoundTrip, VmRecord)
{
    for_many([](Arbitrary& any) {
        VmRecord record;
        record.header = any.header("vm");
        record.title = any.title();
        record.image = any.image();
        record.machine = {any.small(1, 1 << 24),
                          any.small(1, 1024),
                          any.of({"bios", "uefi", "uefi-secure"}),
                          any.of({"", "http://microsoft.com/win/11"}),
                          any.of({"virtio", "sata", "ide"}),
                          any.of({"virtio", "e1000e", "none"})};
        expect_round_trip(record);
    });
}

TEST_F(RoundTrip, GuiRecord)
{
    for_many([](Arbitrary& any) { expect_round_trip(GuiRecord{any.header("gui"), any.title(), any.image()}); });
}

TEST_F(RoundTrip, Policy)
{
    for_many([](Arbitrary& any) {
        Policy policy;
        policy.header = {{"policy", "policy"}, any.number(1, (1ULL << 53) - 1)};
        for (auto left = any.number(1, 20); left > 0; --left) {
            auto key = SigningKey::generate().public_key();
            policy.keys[key.id()] = {key, any.title()};
        }
        for (auto left = any.number(0, 10); left > 0; --left) {
            PolicyRole role;
            role.types =
                any.coin() ? std::vector<std::string>{"boot", "vm"} : std::vector<std::string>{"policy", "later"};
            role.series = any.coin() ? std::vector<std::string>{"*"} : std::vector<std::string>{any.series()};
            for (const auto& [id, key] : policy.keys)
                if (role.keys.empty() || any.coin())
                    role.keys.push_back(id);
            role.threshold = any.small(1, role.keys.size());
            policy.roles.push_back(role);
        }
        expect_round_trip(policy);
    });
}

TEST_F(RoundTrip, Statement)
{
    for_many([](Arbitrary& any) {
        Statement statement;
        statement.nonce = any.raw(any.number(16, 64));
        statement.time = std::chrono::sys_seconds(std::chrono::seconds(any.number(0, 253'402'300'799))); // year 9999
        for (auto left = any.number(0, 30); left > 0; --left)
            statement.lowest.push_back(
                {{any.of({"boot", "vm", "later"}), any.series()}, any.number(1, (1ULL << 53) - 1)});
        for (auto left = any.number(0, 30); left > 0; --left)
            statement.revoked.push_back(any.digest());
        expect_round_trip(statement);
    });
}

} // namespace
} // namespace farboot::rootfs
