# A site of one form, with the checks that a new Rails application has in development: rackup -p PORT config.ru
require 'action_controller/railtie'

class Site < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.consider_all_requests_local = true
  config.secret_key_base = 'not a secret'
  config.hosts = ['.localhost', 'localhost', IPAddr.new('0.0.0.0/0'), IPAddr.new('::/0')]
  config.logger = Logger.new($stdout)
  routes.append do
    root 'pages#show'
    post '/' => 'pages#show'
  end
end

class PagesController < ActionController::Base
  protect_from_forgery with: :exception

  def show
    render inline: <<~HTML
      <!doctype html><title>web</title><p id=said><%= params[:word] || 'nothing yet' %></p>
      <%= form_tag('/') do %><input name=word value=hello><button>Say</button><% end %>
    HTML
  end
end

Site.initialize!
run Site
