#include "server/api/question.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::server;
using nlohmann::json;

namespace
{

const std::chrono::sys_seconds now{std::chrono::seconds(1769860800)};

http::Request request(const std::string& query, const std::string& client = "10.1.2.3")
{
    http::Request result;
    result.target = *http::parse_target("/api/v1/menu?" + query);
    result.client = client;
    return result;
}

/// The field that is wrong, or "none".
std::string wrong(const std::expected<rules::Question, http::Response>& question)
{
    if (question)
        return "none";
    EXPECT_EQ(question.error().status, 400);
    return json::parse(std::get<std::string>(question.error().body))["error"]["field"];
}

std::string wrong_of_pc(const std::string& query)
{
    return wrong(api::question_of_pc(request(query), now));
}

std::string wrong_of_admin(const std::string& query)
{
    return wrong(api::question_of_admin(request(query), now));
}

} // namespace

TEST(Question, APcSaysWhoItIs)
{
    const auto question = api::question_of_pc(
        request(
            "for=session&mac=52:54:00:00:00:01&uuid=4C4C4544-0042-3510-8052-B4C04F4E4D32&vendor=Dell%20Inc.&product="
            "OptiPlex+7010&memory_mib=16000&cpu_flags=avx,avx2&gpus=10de:1c82&dhcp=domain%3DA.org&dhcp=nonsense&user="
            "anna&group=a&group=b"),
        now);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->kind, rules::Kind::vm);
    EXPECT_EQ(question->time, now);
    EXPECT_EQ(question->pc.address, Address::parse("10.1.2.3"));
    EXPECT_EQ(question->pc.mac, rules::Mac::parse("52:54:00:00:00:01"));
    EXPECT_TRUE(question->pc.uuid);
    EXPECT_EQ(question->pc.hardware.vendor, "Dell Inc.");
    EXPECT_EQ(question->pc.hardware.product, "OptiPlex 7010");
    EXPECT_EQ(question->pc.hardware.memory_mib, 16'000U);
    EXPECT_EQ(question->pc.hardware.cpu_flags.size(), 2U);
    EXPECT_EQ(question->pc.hardware.gpus, (std::set<std::string, std::less<>>{"10de:1c82"}));
    EXPECT_EQ(question->pc.dhcp, (std::set{rules::DhcpFact::parse("domain=a.org").value()}));
    EXPECT_EQ(question->user.name, "anna");
    EXPECT_EQ(question->user.groups, (std::vector<std::string>{"a", "b"}));
}

TEST(Question, APcsAddressAndTimeAreNotItsOwnWord)
{
    const auto question = api::question_of_pc(request("address=10.9.9.9&time=2030-01-01T00:00:00Z"), now);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->pc.address, Address::parse("10.1.2.3"));
    EXPECT_EQ(question->time, now);
    EXPECT_EQ(api::question_of_pc(request("", "fe80::1%eth0"), now)->pc.address, Address::parse("fe80::1"));
}

TEST(Question, WhatFirmwareMakesUpIsPassedOver)
{
    const auto question = api::question_of_pc(request("mac=&uuid=NotSettable"), now);
    ASSERT_TRUE(question);
    EXPECT_FALSE(question->pc.mac || question->pc.uuid);
    EXPECT_EQ(wrong_of_pc("mac=00:00:00:00:00:00&uuid=" + std::string(5000, '0')), "none");
}

TEST(Question, TheRestHasLimits)
{
    EXPECT_EQ(wrong_of_pc("for=toaster"), "for");
    EXPECT_EQ(wrong_of_pc("vendor=" + std::string(rules::max_hardware_text, 'x')), "none");
    EXPECT_EQ(wrong_of_pc("vendor=" + std::string(rules::max_hardware_text + 1, 'x')), "vendor");
    EXPECT_EQ(wrong_of_pc("product=%C2%85"), "product");
    for (const char* memory : {"-1", "1.5", "0x10", "x", "99999999999999999999", "2000000000"})
        EXPECT_EQ(wrong_of_pc(std::string("memory_mib=") + memory), "memory_mib") << memory;
    for (const char* flags : {"AVX", "a%20b", ",", "a,,b"})
        EXPECT_EQ(wrong_of_pc(std::string("cpu_flags=") + flags), "cpu_flags") << flags;
    for (const char* gpus : {"10de", "10DE:1C82", "10de:1c82,", "10de-1c82"})
        EXPECT_EQ(wrong_of_pc(std::string("gpus=") + gpus), std::string_view(gpus).ends_with(',') ? "none" : "gpus")
            << gpus;
    EXPECT_EQ(wrong_of_pc("cpu_flags=" + std::string(rules::max_cpu_flag + 1, 'x')), "cpu_flags");
    std::string many = "cpu_flags=f";
    for (std::size_t i = 0; i < rules::max_cpu_flags; ++i)
        many += ",f" + std::to_string(i);
    EXPECT_EQ(wrong_of_pc(many), "cpu_flags");
    EXPECT_EQ(wrong_of_pc("user=" + std::string(129, 'x')), "user");
    EXPECT_EQ(wrong_of_pc("group=" + std::string(129, 'x')), "group");
    std::string groups;
    for (int i = 0; i < 101; ++i)
        groups += "&group=g" + std::to_string(i);
    EXPECT_EQ(wrong_of_pc(groups), "group");
}

TEST(Question, AnAdminAsksAboutAnyPcAndTime)
{
    const auto question =
        api::question_of_admin(request("address=2001:db8::5&time=2026-02-10T08:30:00Z&mac=52-54-00-00-00-01"), now);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->pc.address, Address::parse("2001:db8::5"));
    EXPECT_EQ(question->time.time_since_epoch().count(), 1770712200);
    const auto bare = api::question_of_admin(request(""), now);
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->pc.address, std::nullopt); // not the admin's own
    EXPECT_EQ(bare->time, now);
    EXPECT_EQ(wrong_of_admin("address=10.1.2"), "address");
    EXPECT_EQ(wrong_of_admin("mac=nonsense"), "mac");
    EXPECT_EQ(wrong_of_admin("uuid=00000000-0000-0000-0000-000000000000"), "uuid");
    for (const char* time : {"now", "2026-02-10", "2026-02-10T08:30:00", "1969-01-01T00:00:00Z"})
        EXPECT_EQ(wrong_of_admin(std::string("time=") + time), "time") << time;
}
