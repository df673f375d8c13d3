#include "pbl/agent/text_menus.hpp"

#include <string>

namespace farboot::agent
{

namespace
{

constexpr auto restart_after = std::chrono::seconds(1);

}

struct TextMenus::Instance {
    Instance(boost::asio::io_context& loop, System& system, const std::filesystem::path& tty)
        : screen(is_screen(tty)), service(loop, system), restart(loop)
    {
    }
    bool screen;
    std::vector<std::string> argv{};
    Service service;
    boost::asio::steady_timer restart;
};

TextMenus::TextMenus(boost::asio::io_context& loop, System& system) : loop_(loop), system_(system) {}

TextMenus::~TextMenus() = default;

void TextMenus::start(const std::filesystem::path& program, const std::filesystem::path& socket,
                      const std::vector<std::filesystem::path>& consoles)
{
    for (const auto& console : consoles) {
        auto& instance = *instances_.emplace_back(std::make_unique<Instance>(loop_, system_, console));
        instance.argv = {program.string(), "--tty", console.string(), "--socket", socket.string()};
        run(instance);
    }
}

void TextMenus::leave_screen()
{
    screen_taken_ = true;
    for (const auto& instance : instances_)
        if (instance->screen)
            instance->service.terminate(); // its end finds the screen taken
}

void TextMenus::return_to_screen()
{
    if (!std::exchange(screen_taken_, false))
        return;
    for (const auto& instance : instances_)
        if (instance->screen)
            run(*instance);
}

void TextMenus::run(Instance& instance)
{
    if ((instance.screen && screen_taken_) || instance.service.running())
        return;
    const auto again = [this, &instance] {
        instance.restart.expires_after(restart_after);
        instance.restart.async_wait([this, &instance](boost::system::error_code error) {
            if (!error)
                run(instance);
        });
    };
    if (!instance.service.start(instance.argv, nullptr, [again](int) { again(); }))
        again();
}

bool is_screen(const std::filesystem::path& console)
{
    const auto name = console.filename().string();
    return name.size() > 3 && name.starts_with("tty") && name.find_first_not_of("0123456789", 3) == std::string::npos;
}

} // namespace farboot::agent
