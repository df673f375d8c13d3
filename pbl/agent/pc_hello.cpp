#include "pbl/agent/pc_hello.hpp"

#include "pbl/agent/hardware.hpp"
#include "rootfs/base/encoding.hpp"

#include <algorithm>

namespace farboot::agent
{

using nlohmann::json;

namespace
{

constexpr int least_again = 5;
constexpr int most_again = 3600;

std::string one_line(const System& system, const char* file)
{
    auto text = system.read_file(file).value_or("");
    return text.substr(0, text.find('\n'));
}

/// A text member of an object, or nothing.
std::string text_in(const json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_in(const json& object, const char* name, std::int64_t fallback)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                                                     : fallback;
}

json hello_of(const System& system, const StageLog& log, const Network& network)
{
    return {{"mac", network.mac},
            {"uuid", one_line(system, "/sys/class/dmi/id/product_uuid")},
            {"boot_id", one_line(system, "/proc/sys/kernel/random/boot_id")},
            {"hardware", hardware_json(system)},
            {"dhcp", network.dhcp},
            {"stages", stages_json(log)}};
}

/// Nothing without a challenge, and with a key that does not sign: the PC comes up all the same.
std::optional<json> proof_of(JobContext& job, PcKey& key)
{
    if (job.api.challenge().empty())
        return std::nullopt;
    const auto signature = key.sign(proof_message(job.api.server(), job.api.challenge()));
    if (!signature) {
        job.log.note(signature.error().sentence);
        return std::nullopt;
    }
    return json{{"challenge", job.api.challenge()},
                {"key", key.public_text()},
                {"kept", key.kept()},
                {"signature", base64(as_bytes(*signature))}};
}

std::optional<Registered> registered_in(const json& answer)
{
    const auto pc = answer.find("pc");
    if (pc == answer.end() || !pc->is_object())
        return std::nullopt;
    Registered registered;
    registered.id = number_in(*pc, "id", 0);
    registered.name = text_in(*pc, "name");
    if (const auto key = pc->find("key"); key != pc->end()) {
        registered.key_state = text_in(*key, "state");
        registered.key_code = text_in(*key, "code");
    }
    registered.session = text_in(answer, "session");
    registered.settings = settings_in(answer);
    registered.again = static_cast<int>(
        std::clamp<std::int64_t>(number_in(answer, "again", registered.again), least_again, most_again));
    if (const auto command = answer.find("command"); command != answer.end())
        registered.command = PcCommand::parse(*command);
    return registered;
}

bool is_about_the_proof(const Error& error)
{
    return error.reason == "http-400" || error.reason == "http-403" || error.reason == "http-409";
}

Result<Welcome> welcome_in(const std::string& text)
{
    auto answer = json::parse(text, nullptr, false);
    const auto menu = answer.is_object() ? answer.find("menu") : answer.end();
    if (!answer.is_object() || menu == answer.end())
        return fail("menu-malformed", "The answer to this PC's hello has no menu.");
    return Welcome{registered_in(answer), std::move(*menu)};
}

Result<Welcome> ask_for_menu(JobContext& job, const Network& network)
{
    const auto text = job.api.menu(network.mac, one_line(job.system, "/sys/class/dmi/id/product_uuid"),
                                   hardware_query(job.system) + dhcp_query(network.dhcp), job.stop);
    if (!text)
        return std::unexpected(text.error());
    return Welcome{std::nullopt, json::parse(*text, nullptr, false)};
}

} // namespace

json stages_json(const StageLog& log)
{
    auto stages = json::array();
    for (const auto& stage : log.passed())
        stages.push_back({{"name", stage.name}, {"seconds", stage.seconds}});
    return stages;
}

std::string settings_in(const json& answer)
{
    const auto settings = answer.is_object() ? answer.find("settings") : answer.end();
    return answer.is_object() && settings != answer.end() && settings->is_object() ? settings->dump() : std::string();
}

std::optional<PcCommand> PcCommand::parse(const json& given)
{
    PcCommand command;
    command.id = number_in(given, "id", 0);
    command.action = text_in(given, "action");
    if (command.action == "reboot" || command.action == "power-off")
        return command;
    const auto record = rootfs::RecordName::parse(text_in(given, "record"));
    if (command.action != "boot" || !record || record->type != "boot")
        return std::nullopt;
    command.record = *record;
    return command;
}

json Registered::event() const
{
    return {{"event", "pc"}, {"id", id}, {"name", name}, {"key", {{"state", key_state}, {"code", key_code}}}};
}

Result<Welcome> say_hello(JobContext& job, const Network& network, PcKey* key)
{
    auto body = hello_of(job.system, job.log, network);
    if (const auto proof = key ? proof_of(job, *key) : std::nullopt)
        body["proof"] = *proof;
    auto answer = job.api.tell("hello", body, "", job.stop);
    if (!answer && body.contains("proof") && is_about_the_proof(answer.error())) {
        job.log.note("the server does not take this PC's proof: " + answer.error().sentence);
        body.erase("proof");
        answer = job.api.tell("hello", body, "", job.stop);
    }
    if (!answer && (answer.error().reason == "http-404" || answer.error().reason == "http-405"))
        return ask_for_menu(job, network);
    if (!answer)
        return std::unexpected(answer.error());
    return welcome_in(*answer);
}

} // namespace farboot::agent
