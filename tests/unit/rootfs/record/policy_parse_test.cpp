#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace farboot::rootfs
{
namespace
{

using sample::policy;
using sample::Refused;
using sample::role;
using Json = nlohmann::json;

class PolicyText : public testing::Test
{
protected:
    Result<Policy> parse_changed(const std::function<void(Json&)>& change)
    {
        Json json = Json::parse(good_.to_json());
        change(json);
        return Policy::parse(json.dump());
    }

    SigningKey publisher_ = SigningKey::generate();
    SigningKey server_ = SigningKey::generate();
    Policy good_ =
        policy({&publisher_, &server_}, {role("boot", "*", 1, {&publisher_}), role("statement", "*", 1, {&server_})});
};

TEST_F(PolicyText, IsReadWithItsKeysAndRoles)
{
    auto parsed = Policy::parse(good_.to_json());
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(*parsed, good_);
}

TEST_F(PolicyText, RefusesAStatementKeyWithAnotherRole)
{
    EXPECT_THAT(parse_changed([](Json& json) { json["roles"][0]["keys"] = json["roles"][1]["keys"]; }),
                Refused("record-malformed", "gives a key of the statement role another role"));
    EXPECT_THAT(parse_changed([](Json& json) { json["roles"][1]["types"].push_back("boot"); }),
                Refused("record-malformed", "gives a key of the statement role another role"));
}

TEST_F(PolicyText, RefusesAnIdThatIsNotTheKeys)
{
    EXPECT_THAT(parse_changed([](Json& json) { std::swap(json["keys"][0]["id"], json["keys"][1]["id"]); }),
                Refused("record-malformed", "keys[].id is not the SHA-256"));
}

TEST_F(PolicyText, RefusesKeysAndRolesThatDoNotFit)
{
    struct {
        const char* pointer;
        Json value;
        const char* named;
    } cases[] = {
        {"/series", "other", "series is not \"policy\""},
        {"/keys", Json(), "keys is not"},
        {"/keys/0/public", "AAAA", "keys[].public is not base64 of 32 bytes"},
        {"/keys/0/name", 7, "name is not"},
        {"/roles/0/threshold", 0, "roles[].threshold is not a whole number from 1 to 1"},
        {"/roles/0/threshold", 2, "roles[].threshold is not a whole number from 1 to 1"},
        {"/roles/0/keys", Json::array(), "roles[].keys is empty"},
        {"/roles/0/keys/0", std::string(64, 'a'), "names a key that the policy does not have"},
        {"/roles/0/types", Json::array(), "roles[].types is empty"},
        {"/roles/0/types/0", "*", "roles[].types has an item that is not allowed"},
        {"/roles/0/series", Json::array(), "roles[].series is empty"},
        {"/roles/0/series/0", "a*", "roles[].series has an item that is not allowed"},
    };
    for (const auto& [pointer, value, named] : cases)
        EXPECT_THAT(parse_changed([&](Json& json) { json[Json::json_pointer(pointer)] = value; }),
                    Refused("record-malformed", named))
            << pointer << " = " << value;
}

TEST_F(PolicyText, RefusesAKeyNamedTwice)
{
    EXPECT_THAT(parse_changed([](Json& json) { json["keys"].push_back(json["keys"][0]); }),
                Refused("record-malformed", "keys has a key twice"));
    // two mentions of one key would make a threshold of two reachable by one person
    EXPECT_THAT(parse_changed([](Json& json) {
                    json["roles"][0]["keys"].push_back(json["roles"][0]["keys"][0]);
                    json["roles"][0]["threshold"] = 2;
                }),
                Refused("record-malformed", "roles[].keys has an item twice"));
}

TEST_F(PolicyText, TakesNoMoreRolesThanItsLimit)
{
    EXPECT_THAT(parse_changed([](Json& json) {
                    for (int i = 0; i < 64; ++i)
                        json["roles"].push_back(json["roles"][0]);
                }),
                Refused("record-malformed", "roles has more than 64 items"));
}

} // namespace
} // namespace farboot::rootfs
